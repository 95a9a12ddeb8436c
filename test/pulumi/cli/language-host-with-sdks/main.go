// A language host in front of another: it writes SDKs and makes projects use them, and leaves the rest to the other.
//
// The hosts for Python and Go that are published as modules are older than `pulumi package add`. This program is called as the
// host that it stands for, such as pulumi-language-go, and starts the next one of that name on PATH.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"pulumi-istio-sidecar/test/pulumi/cli/sdks"
)

func main() {
	if err := serve(os.Args[0], os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "language-host-with-sdks:", err)
		os.Exit(1)
	}
}

func serve(called string, args []string) error {
	name := filepath.Base(called)
	language, ok := strings.CutPrefix(name, "pulumi-language-")
	if !ok {
		return fmt.Errorf("expected to be called pulumi-language-NAME, got %s", name)
	}
	behind, err := nextOnPath(name, filepath.Dir(called))
	if err != nil {
		return err
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{language: language, program: behind, args: args})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

func nextOnPath(name, own string) (string, error) {
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(folder, name)
		if folder == own {
			continue
		}
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("expected another %s on PATH, found none", name)
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language, program string
	args              []string

	starting sync.Mutex
	client   pulumirpc.LanguageRuntimeClient
}

// The host behind takes a program's options as flags, so that it starts when the first request tells them.
func (h *host) behind(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	h.starting.Lock()
	defer h.starting.Unlock()
	if h.client != nil {
		return h.client, nil
	}
	var flags []string
	if environment := info.GetOptions().GetFields()["virtualenv"].GetStringValue(); environment != "" {
		flags = append(flags, "-virtualenv", environment)
	}
	flags = append(flags, "-root", info.GetRootDirectory())
	for _, arg := range h.args {
		// Other flags are of hosts that are newer.
		if !strings.HasPrefix(arg, "-") {
			flags = append(flags, arg)
		}
	}
	command := exec.Command(h.program, flags...)
	command.Stderr = os.Stderr
	said, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(said)
	port, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s said no port: %w", h.program, err)
	}
	// What follows are the program's own lines.
	go func() { _, _ = io.Copy(os.Stdout, lines) }()
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, err
	}
	h.client = pulumirpc.NewLanguageRuntimeClient(connection)
	return h.client, nil
}

func (h *host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdks.GenerateFor(h.language, request)
}

func (h *host) Link(_ context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return sdks.LinkFor(h.language, request)
}

func (*host) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// The host behind ends when the engine's address no longer answers.
func (*host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (*host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

func (h *host) GetRequiredPlugins(
	ctx context.Context, request *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	client, err := h.behind(request.GetInfo())
	if err != nil {
		return nil, err
	}
	return client.GetRequiredPlugins(ctx, request)
}

func (h *host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	client, err := h.behind(request.GetInfo())
	if err != nil {
		return nil, err
	}
	return client.About(ctx, request)
}

func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	client, err := h.behind(request.GetInfo())
	if err != nil {
		return nil, err
	}
	return client.Run(ctx, request)
}

func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	client, err := h.behind(request.GetInfo())
	if err != nil {
		return err
	}
	said, err := client.InstallDependencies(stream.Context(), request)
	if err != nil {
		return err
	}
	for {
		part, err := said.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(part); err != nil {
			return err
		}
	}
}
