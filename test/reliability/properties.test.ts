import { describeProperties } from "./properties/suite";

describeProperties(10_000);
