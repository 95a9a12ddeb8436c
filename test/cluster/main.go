// Command cluster is a whole test control plane in one binary: its first argument says which part to run.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	_ "time/tzdata"
)

// With this variable set, the process lives no longer than the other end of its standard input. A test that is
// killed with SIGKILL can't clean up, but the kernel closes its pipes.
const exitWithStdin = "CLUSTER_EXIT_WITH_STDIN"

func main() {
	if len(os.Args) < 2 {
		usage(os.Stderr)
		os.Exit(2)
	}
	name := os.Args[1]
	if name == "help" || name == "--help" || name == "-h" {
		usage(os.Stdout)
		return
	}
	run, known := parts[name]
	if !known {
		fmt.Fprintf(os.Stderr, "unknown part %q\n", name)
		usage(os.Stderr)
		os.Exit(2)
	}
	if os.Getenv(exitWithStdin) != "" {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
	}
	// The parts read os.Args themselves, as if each were its own program.
	os.Args = os.Args[1:]
	os.Exit(run())
}

func usage(out io.Writer) {
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(out, "usage: cluster PART [flags]\nparts: %s\n", strings.Join(names, ", "))
}
