package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/spf13/pflag"
)

// runEgress is the API server's way to pods: an HTTP CONNECT proxy on a socket. Pods of kwok have addresses that nothing listens on, so a
// file says which of them stand for a process here. It is read for each connection, since pods come later than this.
func runEgress() int {
	flags := pflag.NewFlagSet("egress", pflag.ContinueOnError)
	socket := flags.String("socket", "", "the Unix socket to listen on")
	table := flags.String("table", "", `a JSON file of addresses, for example {"10.0.0.7:15017": "127.0.0.1:20003"}`)
	if err := flags.Parse(os.Args[1:]); err != nil {
		return exitCode(err)
	}
	_ = os.Remove(*socket)
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		return exitCode(err)
	}
	connect := func(answer http.ResponseWriter, request *http.Request) {
		address, known := lookUp(*table, request.Host)
		if request.Method != http.MethodConnect || !known {
			http.Error(answer, "no process stands for "+request.Host, http.StatusBadGateway)
			return
		}
		pod, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		defer pod.Close()
		answer.WriteHeader(http.StatusOK)
		client, _, err := answer.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		go func() {
			_, _ = io.Copy(pod, client)
			pod.Close()
		}()
		_, _ = io.Copy(client, pod)
	}
	return exitCode(http.Serve(listener, http.HandlerFunc(connect)))
}

func lookUp(table, host string) (string, bool) {
	text, err := os.ReadFile(table)
	if err != nil {
		return "", false
	}
	addresses := map[string]string{}
	if json.Unmarshal(text, &addresses) != nil {
		return "", false
	}
	address, known := addresses[host]
	return address, known
}
