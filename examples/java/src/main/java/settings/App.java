package settings;

import com.pulumi.Pulumi;
import com.pulumi.core.Either;
import com.pulumi.istiosidecar.GlobalSidecarSettings;
import com.pulumi.istiosidecar.GlobalSidecarSettingsArgs;
import com.pulumi.istiosidecar.NamespaceSidecarSettings;
import com.pulumi.istiosidecar.NamespaceSidecarSettingsArgs;
import com.pulumi.istiosidecar.WorkloadSidecarSettings;
import com.pulumi.istiosidecar.WorkloadSidecarSettingsArgs;
import com.pulumi.istiosidecar.inputs.CaptureArgs;
import com.pulumi.istiosidecar.inputs.LabelSelectorArgs;
import com.pulumi.istiosidecar.inputs.ProxyResourcesArgs;
import com.pulumi.istiosidecar.inputs.ProxyResourcesLimitsArgs;
import com.pulumi.istiosidecar.inputs.ProxyResourcesRequestsArgs;
import com.pulumi.istiosidecar.inputs.RolloutOptionsArgs;
import com.pulumi.istiosidecar.outputs.RolloutSummary;
import com.pulumi.resources.ComponentResourceOptions;
import java.util.Map;

public class App {
  public static void main(String[] args) {
    Pulumi.run(ctx -> {
      var shop = new NamespaceSidecarSettings("shop", NamespaceSidecarSettingsArgs.builder()
          .namespace("shop")
          .proxyResources(ProxyResourcesArgs.builder()
              .requests(ProxyResourcesRequestsArgs.builder().cpu("100m").memory("128Mi").build())
              .limits(ProxyResourcesLimitsArgs.builder().cpu(1.0).memory("1Gi").build())
              .build())
          .rollout(RolloutOptionsArgs.builder().maxConcurrent(1).timeoutPerWorkload("5m").build())
          .build());

      var checkout = new WorkloadSidecarSettings("checkout", WorkloadSidecarSettingsArgs.builder()
          .namespace("shop")
          .selector(LabelSelectorArgs.builder().matchLabels(Map.of("app", "checkout")).build())
          .concurrency(4)
          .capture(CaptureArgs.builder().excludeOutboundPorts(Either.ofLeft(9092), Either.ofLeft(9093)).build())
          .build());

      // every other namespace, once the shop runs with its settings
      var mesh = new GlobalSidecarSettings(
          "mesh",
          GlobalSidecarSettingsArgs.builder().terminationDrainDuration("15s").build(),
          ComponentResourceOptions.builder().dependsOn(shop, checkout).build());

      ctx.export("limits", shop.effective().applyValue(
          effective -> ((Map<?, ?>) effective.get("proxyResources")).get("limits")));
      ctx.export("restarted", mesh.rollout().applyValue(RolloutSummary::restarted));
    });
  }
}
