// Command agent says what Istio's own agent makes of injected pods: the proxy's configuration as pilot-agent reads it, and the rules that
// istio-iptables or Istio's CNI plugin would set. One JSON object for each line of its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/cni/pkg/plugin"
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
	// Node is the whole pod where the CNI plugin sets the rules, on the pod's node.
	Node *corev1.Pod `json:"node"`
}

// Reading is what the agent makes of it.
type Reading struct {
	Name        string          `json:"name"`
	ProxyConfig json.RawMessage `json:"proxyConfig"`
	Rules       []string        `json:"rules"`
	// Refusal is why the CNI plugin lets no such pod start.
	Refusal string `json:"refusal,omitempty"`
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
	args := pod.Init
	if pod.Node != nil {
		info := plugin.ExtractPodInfo(pod.Node)
		if info.Containers.Contains(plugin.ISTIOINIT) {
			// The plugin leaves such a pod alone.
			return reading, nil
		}
		redirect, refusal := plugin.NewRedirect(info)
		if refusal != nil {
			reading.Refusal = refusal.Error()
			return reading, nil
		}
		args = asArguments(redirect)
	}
	if len(args) > 0 {
		reading.Rules, err = rules(args, logging)
	}
	return reading, err
}

// The plugin keeps what it has read to itself, and programs with it the same rules as istio-iptables.
func asArguments(redirect *plugin.Redirect) []string {
	var args []string
	read := reflect.ValueOf(redirect).Elem()
	for _, argument := range []struct{ flag, field string }{
		{"-m", "redirectMode"},
		{"-i", "includeIPCidrs"},
		{"-x", "excludeIPCidrs"},
		{"-b", "includeInboundPorts"},
		{"-d", "excludeInboundPorts"},
		{"-q", "includeOutboundPorts"},
		{"-o", "excludeOutboundPorts"},
		{"-c", "excludeInterfaces"},
	} {
		args = append(args, argument.flag, read.FieldByName(argument.field).String())
	}
	return args
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
