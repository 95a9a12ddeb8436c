// Package sdks writes SDKs of a package and makes projects use them: what `pulumi package add` and `pulumi package gen-sdk`
// ask language hosts for, and the hosts of the tests leave out.
package sdks

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const tool = "pulumi-istio-sidecar"

// Generate writes a package's SDK to a folder. local is for an SDK that one project has for itself.
func Generate(
	language string, text []byte, folder string, loader schema.ReferenceLoader, local bool,
) (hcl.Diagnostics, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("the package's schema: %w", err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil || diagnostics.HasErrors() {
		return diagnostics, err
	}
	files, err := generated(language, pkg, loader, local)
	if err != nil {
		return diagnostics, err
	}
	return diagnostics, write(folder, files)
}

// GenerateFor answers a language host's request for an SDK.
func GenerateFor(
	language string, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(request.GetLoaderTarget())
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	diagnostics, err := Generate(
		language, []byte(request.GetSchema()), request.GetDirectory(), schema.NewCachedLoader(loader), request.GetLocal())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GeneratePackageResponse{
		Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(diagnostics),
	}, nil
}

func generated(
	language string, pkg *schema.Package, loader schema.ReferenceLoader, local bool,
) (map[string][]byte, error) {
	switch language {
	case "python":
		return python.GeneratePackage(tool, pkg, nil, loader)
	case "go":
		return golang.GeneratePackage(tool, pkg, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, local, loader)
	default:
		return nil, fmt.Errorf("expected python, go or nodejs, got %s", language)
	}
}

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
