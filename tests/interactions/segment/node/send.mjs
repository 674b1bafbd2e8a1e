// Sends what the test expects, with the SDK as it is: only the host, the prefix and the key are ours.
import { Analytics } from "@segment/analytics-node";

const [host, path, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, path, writeKey, maxRetries: 0 });
const failures = [];
analytics.on("error", (error) => failures.push(String(error.reason ?? error)));

analytics.page({ anonymousId: "a-1", name: "Prices" });
analytics.identify({
  userId: "u-17",
  anonymousId: "a-1",
  traits: { name: "Zoë Müller", email: "zoe@example.com" },
});
analytics.group({ userId: "u-17", groupId: "g-1", traits: { name: "Łódź & Söhne" } });
analytics.track({ userId: "u-17", event: "Order Completed", properties: { total: 39.95 } });
analytics.screen({ userId: "u-17", name: "Home" });
analytics.alias({ previousId: "old-17", userId: "u-17" });
await analytics.closeAndFlush({ timeout: 20_000 });
if (failures.length) {
  console.error(failures.join("\n"));
  process.exitCode = 1;
}
