package main

import (
	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/render"
	"istio.io/istio/operator/pkg/values"
	"istio.io/istio/pilot/cmd/pilot-discovery/app"
	"istio.io/istio/pkg/log"
)

func runPilotDiscovery() error {
	log.EnableKlogWithCobra()
	return app.NewRootCommand().Execute()
}

func generated(set []string) ([]any, error) {
	components, _, err := render.GenerateManifest(nil, set, false, nil, nil)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, component := range components {
		for _, manifest := range component.Manifests {
			items = append(items, manifest.Object)
		}
	}
	return items, nil
}

func rendered(given map[string]any) ([]any, error) {
	installation := values.Map{"spec": map[string]any{"values": given}}
	manifests, _, err := helm.Render("istio-system", istiodChart, installation, nil)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, manifest := range manifests {
		items = append(items, manifest.Object)
	}
	return items, nil
}
