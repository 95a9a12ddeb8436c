// Writes an SDK for Java or .NET: what `pulumi package gen-sdk` asks their language hosts for.
//
// Newer generators are not published as modules. These are of the last releases that are.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-istio-sidecar"

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate-sdk java|dotnet SCHEMA FOLDER")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "generate-sdk:", err)
		os.Exit(1)
	}
}

func generate(language, schemaFile, folder string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s: %w", schemaFile, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, nil)
	if err != nil {
		return err
	}
	// A warning of the schema is one that users would see with each SDK that they generate.
	if len(diagnostics) > 0 {
		return diagnostics
	}
	files, err := generated(language, pkg)
	if err != nil {
		return err
	}
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

func generated(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "java":
		// As for one project, which has the sources among its own: without a build of its own.
		return java.GeneratePackage(tool, pkg, nil, true)
	case "dotnet":
		logo, err := serveNoLogo()
		if err != nil {
			return nil, err
		}
		defer logo.Close()
		pkg.LogoURL = "http://" + logo.Addr().String()
		return dotnet.GeneratePackage(tool, pkg, nil, nil)
	default:
		return nil, fmt.Errorf("expected java or dotnet, got %s", language)
	}
}

// The generator for .NET always downloads a logo: an empty one from here, so that it asks no other machine.
func serveNoLogo() (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	}()
	return listener, nil
}
