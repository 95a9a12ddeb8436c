import { PolicyPack } from "@pulumi/policy";
import { captureSomething } from "./captureSomething";
import { drainWithinGracePeriod } from "./drainWithinGracePeriod";
import { limitsRequired } from "./limitsRequired";

new PolicyPack("sidecar-settings", { policies: [limitsRequired, captureSomething, drainWithinGracePeriod] });
