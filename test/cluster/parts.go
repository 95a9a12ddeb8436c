package main

import (
	"os"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/etcdmain"
	istiod "istio.io/istio/pilot/cmd/pilot-discovery/app"
	istiolog "istio.io/istio/pkg/log"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

var parts = map[string]func() int{
	"etcd":                    runEtcd,
	"kube-apiserver":          func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() int { return cli.Run(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"pilot-discovery":         runPilotDiscovery,
	"kwok":                    runKwok,
	"manifests":               runManifests,
	"chart":                   runChart,
	"egress":                  runEgress,
	"helm-template":           runHelmTemplate,
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func runPilotDiscovery() int {
	istiolog.EnableKlogWithCobra()
	return exitCode(istiod.NewRootCommand().Execute())
}

func runKwok() int {
	flags := pflag.NewFlagSet("global", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}
	ctx, _ := kwoklog.InitFlags(signals.SetupSignalContext(), flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err != nil {
		return exitCode(err)
	}
	command := kwok.NewCommand(ctx)
	// Kubernetes registers a global --version of another type, and cobra gives every command the global flags.
	command.Version = ""
	command.PersistentFlags().AddFlagSet(flags)
	return exitCode(command.ExecuteContext(ctx))
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	_, _ = os.Stderr.WriteString(err.Error() + "\n")
	return 1
}
