package main

import (
	"os"

	"github.com/spf13/pflag"
	"istio.io/istio/operator/pkg/render"
)

// runManifests prints Istio's manifests as one JSON List, as `istioctl manifest generate` would make them.
func runManifests() int {
	flags := pflag.NewFlagSet("manifests", pflag.ContinueOnError)
	set := flags.StringArray("set", nil, "an Istio setting, for example values.global.proxy.logLevel=debug")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return exitCode(err)
	}
	components, _, err := render.GenerateManifest(nil, *set, false, nil, nil)
	if err != nil {
		return exitCode(err)
	}
	items := []any{}
	for _, component := range components {
		for _, manifest := range component.Manifests {
			items = append(items, manifest.Object)
		}
	}
	return printList(items)
}
