import { testRolloutLevels } from "./rolloutLevels";

testRolloutLevels("restart");
