require("pulumi-istio-sidecar/plugin").servePlugin(process.argv.slice(2), require.resolve("./schema.json"));
