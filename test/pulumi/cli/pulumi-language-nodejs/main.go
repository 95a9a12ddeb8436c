// A small language host for Node: what the Pulumi CLI asks in order to run programs, source-based plugins and policy packs.
//
// Pulumi's own host is not published as a module. This one starts the same entry points of the npm package @pulumi/pulumi
// and leaves out what no test needs: generating programs and packing.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"pulumi-istio-sidecar/test/pulumi/cli/sdks"
)

// Set by the build to the version of the CLI.
var version = "0.0.0"

// The exit code of a program that has told the user what went wrong.
const exitAfterReportedError = 32

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	// The CLI passes flags as well, such as --root; the address is what has no dash.
	var engine string
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			engine = arg
		}
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
}

func (h *host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// Empty: plugins are found on PATH, and a resource that needs one asks for it by itself.
func (*host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (*host) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

func (*host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdks.GenerateFor("nodejs", request)
}

func (*host) Link(_ context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return sdks.LinkFor("nodejs", request)
}

// What this repository has is installed already; a plugin that was unpacked elsewhere is not, nor is an SDK that was linked.
func (*host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	program := request.GetInfo().GetProgramDirectory()
	_, noSdks := os.Stat(filepath.Join(program, "sdks"))
	if _, err := nodeCommand(stream.Context(), request.GetInfo(), "run"); err == nil && noSdks != nil {
		return nil
	}
	command := exec.CommandContext(stream.Context(), "npm", "install", "--no-audit", "--no-fund")
	command.Dir = program
	text, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm install in %s: %w\n%s", command.Dir, err, text)
	}
	return stream.Send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
}

func (*host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

func (*host) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	said, err := exec.Command(node, "--version").Output()
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(said))}, nil
}

// Ends with this process, and what it started with it.
func (*host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	environment, err := programEnvironment(request)
	if err != nil {
		return nil, err
	}
	command, err := nodeCommand(ctx, request.GetInfo(), "run")
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	command.Args = append(command.Args, h.programArguments(request)...)
	command.Dir = request.GetPwd()
	command.Env = append(os.Environ(), environment...)
	// The CLI reads this process's output line by line and shows it to the user.
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	code, err := run(command)
	switch {
	case err != nil:
		return nil, err
	case code == 0:
		return &pulumirpc.RunResponse{}, nil
	case code == exitAfterReportedError:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program exited with code %d", code)}, nil
	}
}

func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) error {
	entry := "run-plugin"
	if request.GetKind() == "analyzer" {
		entry = "run-policy-pack"
	}
	command, err := nodeCommand(stream.Context(), request.GetInfo(), entry)
	if err != nil {
		return err
	}
	plugin := filepath.Join(request.GetInfo().GetProgramDirectory(), request.GetInfo().GetEntryPoint())
	if entry == "run-policy-pack" {
		// A policy pack's first argument is the engine's address, and what it runs comes second.
		command.Args = append(command.Args, request.GetArgs()...)
		command.Args = append(command.Args, plugin)
		command.Dir = request.GetInfo().GetProgramDirectory()
	} else {
		command.Args = append(command.Args, plugin)
		command.Args = append(command.Args, request.GetArgs()...)
		command.Dir = request.GetPwd()
	}
	command.Env = append(os.Environ(), request.GetEnv()...)
	// A stream takes one message at a time, and the plugin writes to both at once.
	var sending sync.Mutex
	send := func(response *pulumirpc.RunPluginResponse) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(response)
	}
	command.Stdout = output(func(text []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	command.Stderr = output(func(text []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	code, err := run(command)
	if err != nil {
		return err
	}
	return send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// Node with an entry point of the @pulumi/pulumi that the program itself resolves.
func nodeCommand(ctx context.Context, info *pulumirpc.ProgramInfo, entry string) (*exec.Cmd, error) {
	find := exec.CommandContext(ctx, "node", "-p", "require.resolve('@pulumi/pulumi/cmd/"+entry+"')")
	find.Dir = info.GetProgramDirectory()
	script, err := find.Output()
	if err != nil {
		return nil, fmt.Errorf(
			"%s can't load @pulumi/pulumi: install its dependencies (npm install)\n%s", find.Dir, stderrOf(err))
	}
	command := exec.CommandContext(ctx, "node")
	options := info.GetOptions().GetFields()
	command.Args = append(command.Args, strings.Fields(options["nodeargs"].GetStringValue())...)
	command.Args = append(command.Args, strings.TrimSpace(string(script)))
	return command, nil
}

func (h *host) programArguments(request *pulumirpc.RunRequest) []string {
	arguments := []string{
		"--monitor", request.GetMonitorAddress(),
		"--engine", h.engine,
		"--organization", request.GetOrganization(),
		"--project", request.GetProject(),
		"--root-directory", request.GetInfo().GetRootDirectory(),
		"--stack", request.GetStack(),
		"--pwd", request.GetPwd(),
		"--parallel", strconv.Itoa(int(request.GetParallel())),
	}
	if request.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	entry := request.GetInfo().GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(arguments, entry), request.GetArgs()...)
}

// Configuration, and whether Node has to compile TypeScript: yes unless Pulumi.yaml says no.
func programEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	given := request.GetConfig()
	if given == nil {
		// as Pulumi's own host: the SDK can't read null
		given = map[string]string{}
	}
	config, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(request.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	environment := []string{
		"PULUMI_CONFIG=" + string(config),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secrets),
	}
	options := request.GetInfo().GetOptions().GetFields()
	if typescript, ok := options["typescript"]; !ok || typescript.GetBoolValue() {
		environment = append(environment, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if tsconfig := options["tsconfig"].GetStringValue(); tsconfig != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+tsconfig)
	}
	return environment, nil
}

func run(command *exec.Cmd) (int, error) {
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return err.Error()
}

type output func([]byte) error

func (send output) Write(text []byte) (int, error) {
	return len(text), send(text)
}
