// Writes an SDK of a package: what `pulumi package gen-sdk` asks the language hosts for, which the ones here leave out.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"pulumi-istio-sidecar/test/pulumi/cli/sdks"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate-sdk python|go|nodejs SCHEMA FOLDER")
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
	diagnostics, err := sdks.Generate(language, text, folder, noPackages{}, false)
	if err != nil {
		return err
	}
	// A warning of the schema is one that users would see with each SDK that they generate.
	if len(diagnostics) > 0 {
		return diagnostics
	}
	return nil
}

// A schema that takes no type from another package needs none to be found.
type noPackages struct{}

var errNoPackages = errors.New("expected a schema without types of other packages")

func (noPackages) LoadPackage(string, *semver.Version) (*schema.Package, error) {
	return nil, errNoPackages
}

func (noPackages) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return nil, errNoPackages
}

func (noPackages) LoadPackageReference(string, *semver.Version) (schema.PackageReference, error) {
	return nil, errNoPackages
}

func (noPackages) LoadPackageReferenceV2(
	context.Context, *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return nil, errNoPackages
}
