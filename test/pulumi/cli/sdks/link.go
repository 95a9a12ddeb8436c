package sdks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/mod/modfile"
)

// LinkFor answers a language host's request to make a program's project use SDKs that are below it.
func LinkFor(language string, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	program := request.GetInfo().GetProgramDirectory()
	var instructions []string
	for _, dependency := range request.GetPackages() {
		imported, err := link(language, program, filepath.ToSlash(dependency.GetPath()))
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", dependency.GetPath(), program, err)
		}
		instructions = append(instructions, imported)
	}
	return &pulumirpc.LinkResponse{ImportInstructions: strings.Join(instructions, "\n")}, nil
}

// Path: of the SDK, from the program.
func link(language, program, path string) (string, error) {
	switch language {
	case "python":
		return linkPython(program, path)
	case "go":
		return linkGo(program, path)
	case "nodejs":
		return linkNode(program, path)
	default:
		return "", fmt.Errorf("expected python, go or nodejs, got %s", language)
	}
}

// The SDK is a requirement by its path.
func linkPython(program, path string) (string, error) {
	file := filepath.Join(program, "requirements.txt")
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		if strings.TrimSpace(line) == path {
			return "", nil
		}
	}
	required := strings.TrimSpace(strings.Join(append(lines, path), "\n")) + "\n"
	return "", os.WriteFile(file, []byte(required), 0o644)
}

// The SDK's module is replaced by its path. That it is required, `go mod tidy` adds once a program imports it.
func linkGo(program, path string) (string, error) {
	text, err := os.ReadFile(filepath.Join(program, path, "go.mod"))
	if err != nil {
		return "", err
	}
	module := modfile.ModulePath(text)
	edit := exec.Command("go", "mod", "edit", "-replace", module+"=./"+path)
	edit.Dir = program
	if said, err := edit.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return "import the packages of " + module, nil
}

// The SDK is a dependency by its path and its own name.
func linkNode(program, path string) (string, error) {
	var sdk struct{ Name string }
	if err := readJSON(filepath.Join(program, path, "package.json"), &sdk); err != nil {
		return "", err
	}
	file := filepath.Join(program, "package.json")
	manifest := map[string]any{}
	if err := readJSON(file, &manifest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	dependencies, _ := manifest["dependencies"].(map[string]any)
	if dependencies == nil {
		dependencies = map[string]any{}
	}
	dependencies[sdk.Name] = "file:" + path
	manifest["dependencies"] = dependencies
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	// A range such as ">=3" stays as people write it.
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(manifest); err != nil {
		return "", err
	}
	return fmt.Sprintf("import from %q", sdk.Name), os.WriteFile(file, text.Bytes(), 0o644)
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
