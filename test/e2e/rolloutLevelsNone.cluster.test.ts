import { testRolloutLevels } from "./rolloutLevels";

testRolloutLevels("none");
