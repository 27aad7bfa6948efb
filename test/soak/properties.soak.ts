import { describeProperties } from "../reliability/properties/suite";

describeProperties(100_000);
