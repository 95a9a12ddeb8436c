package main

import (
	"encoding/json"

	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/manifest"
	"istio.io/istio/operator/pkg/object"
	"istio.io/istio/operator/pkg/util/clog"
	"istio.io/istio/pilot/cmd/pilot-discovery/app"
	"istio.io/pkg/log"
)

func runPilotDiscovery() error {
	log.EnableKlogWithCobra()
	return app.NewRootCommand().Execute()
}

func generated(set []string) ([]any, error) {
	components, _, err := manifest.GenManifests(nil, set, false, nil, nil, clog.NewDefaultLogger())
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, texts := range components {
		for _, text := range texts {
			if items, err = appendObjects(items, text); err != nil {
				return nil, err
			}
		}
	}
	return items, nil
}

func rendered(given map[string]any) ([]any, error) {
	// JSON is YAML
	values, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	renderer := helm.NewHelmRenderer("", istiodChart, "Pilot", "istio-system", nil)
	if err := renderer.Run(); err != nil {
		return nil, err
	}
	text, err := renderer.RenderManifest(string(values))
	if err != nil {
		return nil, err
	}
	return appendObjects([]any{}, text)
}

func appendObjects(items []any, text string) ([]any, error) {
	objects, err := object.ParseK8sObjectsFromYAMLManifest(text)
	if err != nil {
		return nil, err
	}
	for _, one := range objects.UnstructuredItems() {
		items = append(items, one.Object)
	}
	return items, nil
}
