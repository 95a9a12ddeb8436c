package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"

	"istio.io/istio/manifests"
	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/values"
)

// The official istiod chart, as the binary has it inside.
const istiodChart = "istio-control/istio-discovery"

// runChart writes the istiod chart into a folder, as `helm pull --untar` would.
func runChart() int {
	if len(os.Args) != 2 {
		return exitCode(fmt.Errorf("usage: cluster chart FOLDER"))
	}
	chart, err := fs.Sub(manifests.FS, "charts/"+istiodChart)
	if err != nil {
		return exitCode(err)
	}
	return exitCode(os.CopyFS(os.Args[1], chart))
}

// runHelmTemplate reads values of the istiod chart as JSON from standard input and prints what Helm makes of them, as one JSON List.
func runHelmTemplate() int {
	given := map[string]any{}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return exitCode(err)
	}
	manifests, _, err := helm.Render("istiod", "istio-system", istiodChart, values.Map{"spec": map[string]any{"values": given}}, nil)
	if err != nil {
		return exitCode(err)
	}
	items := []any{}
	for _, manifest := range manifests {
		items = append(items, manifest.Object)
	}
	return printList(items)
}

func printList(items []any) int {
	return exitCode(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"apiVersion": "v1",
		"kind":       "List",
		"items":      items,
	}))
}
