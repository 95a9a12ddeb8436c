package main

import (
	"example.com/pulumi-istio-sidecar/sdk/go/istiosidecar"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := istiosidecar.NewNamespaceSidecarSettings(ctx, "shop", &istiosidecar.NamespaceSidecarSettingsArgs{
			Namespace: pulumi.String("shop"),
			ProxyResources: &istiosidecar.ProxyResourcesArgs{
				Requests: &istiosidecar.ProxyResourcesRequestsArgs{Cpu: pulumi.String("100m"), Memory: pulumi.String("128Mi")},
				Limits:   &istiosidecar.ProxyResourcesLimitsArgs{Cpu: pulumi.Float64(1), Memory: pulumi.String("1Gi")},
			},
			Rollout: &istiosidecar.RolloutOptionsArgs{
				MaxConcurrent:      pulumi.Int(1),
				TimeoutPerWorkload: pulumi.String("5m"),
			},
		})
		if err != nil {
			return err
		}
		checkout, err := istiosidecar.NewWorkloadSidecarSettings(ctx, "checkout", &istiosidecar.WorkloadSidecarSettingsArgs{
			Namespace: pulumi.String("shop"),
			Selector: &istiosidecar.LabelSelectorArgs{
				MatchLabels: pulumi.StringMap{"app": pulumi.String("checkout")},
			},
			Concurrency: pulumi.Int(4),
			Capture: &istiosidecar.CaptureArgs{
				ExcludeOutboundPorts: pulumi.Array{pulumi.Int(9092), pulumi.Int(9093)},
			},
		})
		if err != nil {
			return err
		}
		// every other namespace, once the shop runs with its settings
		mesh, err := istiosidecar.NewGlobalSidecarSettings(ctx, "mesh", &istiosidecar.GlobalSidecarSettingsArgs{
			TerminationDrainDuration: pulumi.String("15s"),
		}, pulumi.DependsOn([]pulumi.Resource{shop, checkout}))
		if err != nil {
			return err
		}
		ctx.Export("limits", shop.Effective.MapIndex(pulumi.String("proxyResources")).
			ApplyT(func(value any) any { return value.(map[string]any)["limits"] }))
		ctx.Export("restarted", mesh.Rollout.Restarted())
		return nil
	})
}
