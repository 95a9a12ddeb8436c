// Command istiod is the istiod of an older release of Istio, with the chart and the manifests that it was released with.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/pflag"
	"istio.io/istio/manifests"
)

const istiodChart = "istio-control/istio-discovery"

var parts = map[string]func() error{
	"pilot-discovery": runPilotDiscovery,
	"manifests":       printManifests,
	"chart":           writeChart,
	"helm-template":   printTemplates,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: istiod pilot-discovery|manifests|chart|helm-template [flags]")
		os.Exit(2)
	}
	// as in the control plane's binary: the process lives no longer than the other end of its standard input
	if os.Getenv("CLUSTER_EXIT_WITH_STDIN") != "" {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
	}
	run := parts[os.Args[1]]
	os.Args = os.Args[1:]
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// printManifests prints Istio's manifests as one JSON List, as `istioctl manifest generate` of this release would make them.
func printManifests() error {
	flags := pflag.NewFlagSet("manifests", pflag.ContinueOnError)
	set := flags.StringArray("set", nil, "an Istio setting, for example values.global.proxy.logLevel=debug")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	return printList(generated(*set))
}

// writeChart writes the istiod chart into a folder, as `helm pull --untar` would.
func writeChart() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: istiod chart FOLDER")
	}
	chart, err := fs.Sub(manifests.FS, "charts/"+istiodChart)
	if err != nil {
		return err
	}
	return os.CopyFS(os.Args[1], chart)
}

// printTemplates reads values of the istiod chart as JSON from standard input and prints what Helm makes of them, as one JSON List.
func printTemplates() error {
	values := map[string]any{}
	if err := json.NewDecoder(os.Stdin).Decode(&values); err != nil {
		return err
	}
	return printList(rendered(values))
}

func printList(items []any, err error) error {
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
}
