// The Kubernetes plugin of Pulumi, as its own main package has it; that one embeds files that only a checkout generates.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// Set by the build to the version of the npm package @pulumi/kubernetes, which programs ask for.
var version = "0.0.0"

func main() {
	program, err := os.Executable()
	if err != nil {
		fail(err)
	}
	// The build puts it beside the program.
	schema, err := os.ReadFile(filepath.Join(filepath.Dir(program), "schema.json"))
	if err != nil {
		fail(err)
	}
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
	os.Exit(1)
}
