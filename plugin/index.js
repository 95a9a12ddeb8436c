require("pulumi-istio-sidecar/plugin").servePlugin(process.argv.slice(2));
