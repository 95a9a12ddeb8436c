import pulumi
import pulumi_istio_sidecar as sidecar

shop = sidecar.NamespaceSidecarSettings(
    "shop",
    namespace="shop",
    proxy_resources={
        "requests": {"cpu": "100m", "memory": "128Mi"},
        "limits": {"cpu": 1, "memory": "1Gi"},
    },
    rollout={"max_concurrent": 1, "timeout_per_workload": "5m"},
)

checkout = sidecar.WorkloadSidecarSettings(
    "checkout",
    namespace="shop",
    selector={"match_labels": {"app": "checkout"}},
    concurrency=4,
    capture={"exclude_outbound_ports": [9092, 9093]},
)

# every other namespace, once the shop runs with its settings
mesh = sidecar.GlobalSidecarSettings(
    "mesh",
    termination_drain_duration="15s",
    opts=pulumi.ResourceOptions(depends_on=[shop, checkout]),
)

pulumi.export("limits", shop.effective["proxyResources"]["limits"])
pulumi.export("restarted", mesh.rollout.restarted)
