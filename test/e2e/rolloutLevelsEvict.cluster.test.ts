import { testRolloutLevels } from "./rolloutLevels";

testRolloutLevels("evict");
