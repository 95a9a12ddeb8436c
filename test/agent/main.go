// Command agent says what Istio's own agent makes of injected pods: the proxy's configuration as pilot-agent reads it, and the rules that
// istio-iptables would set. One JSON object for each line of its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	agent "istio.io/istio/pilot/cmd/pilot-agent/config"
	"istio.io/istio/pkg/log"
	iptables "istio.io/istio/tools/istio-iptables/pkg/cmd"
)

// Pod is what the agent has of a pod.
type Pod struct {
	Name string `json:"name"`
	// ProxyConfig is the variable PROXY_CONFIG.
	ProxyConfig string `json:"proxyConfig"`
	// Annotations are mounted into the sidecar.
	Annotations map[string]string `json:"annotations"`
	// Init has the arguments of istio-init; none where there is no such container.
	Init []string `json:"init"`
}

// Reading is what the agent makes of it.
type Reading struct {
	Name        string          `json:"name"`
	ProxyConfig json.RawMessage `json:"proxyConfig"`
	Rules       []string        `json:"rules"`
}

// The agent reads it in its working directory.
const annotationsFile = "etc/istio/pod/annotations"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	folder, err := os.MkdirTemp("", "sidecar-agent-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.Chdir(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(annotationsFile), 0o700); err != nil {
		return err
	}
	// The command's own output is one answer a line.
	logging := log.DefaultOptions()
	logging.OutputPaths = []string{os.DevNull}
	if err := log.Configure(logging); err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var pod Pod
		if err := json.Unmarshal(lines.Bytes(), &pod); err != nil {
			return err
		}
		reading, err := read(pod, logging)
		if err != nil {
			return fmt.Errorf("%s: %w", pod.Name, err)
		}
		if err := answers.Encode(reading); err != nil {
			return err
		}
	}
	return lines.Err()
}

func read(pod Pod, logging *log.Options) (Reading, error) {
	reading := Reading{Name: pod.Name}
	var mounted strings.Builder
	for name, value := range pod.Annotations {
		fmt.Fprintf(&mounted, "%s=%q\n", name, value)
	}
	if err := os.WriteFile(annotationsFile, []byte(mounted.String()), 0o600); err != nil {
		return reading, err
	}
	config, err := agent.ConstructProxyConfig("none", "istio-proxy", pod.ProxyConfig, 0)
	if err != nil {
		return reading, err
	}
	if reading.ProxyConfig, err = protojson.Marshal(config); err != nil {
		return reading, err
	}
	if len(pod.Init) > 0 {
		reading.Rules, err = rules(pod.Init, logging)
	}
	return reading, err
}

func rules(args []string, logging *log.Options) ([]string, error) {
	const file = "rules"
	if err := os.RemoveAll(file); err != nil {
		return nil, err
	}
	if err := os.Setenv("DRY_RUN_FILE_PATH", file); err != nil {
		return nil, err
	}
	own := []string{"--dry-run"}
	for _, arg := range args {
		// The flag is pilot-agent's, whose command istio-iptables is.
		if arg != "istio-iptables" && !strings.HasPrefix(arg, "--log_output_level") {
			own = append(own, arg)
		}
	}
	command := iptables.GetCommand(logging)
	command.SetArgs(own)
	if err := command.Execute(); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	return strings.Split(strings.TrimSpace(string(text)), "\n"), err
}
