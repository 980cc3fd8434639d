package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.outbound.client.AdaptiveRetryClient;
import io.github.ratelimit.benchmarks.outbound.client.Bucket4jClient;
import io.github.ratelimit.benchmarks.outbound.client.GovernedClient;
import io.github.ratelimit.benchmarks.outbound.client.OutboundClient;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.benchmarks.outbound.client.Resilience4jClient;
import io.github.ratelimit.benchmarks.outbound.client.RetriesAlone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The cases. */
final class Cases {

	private static final double CONTINUOUS = 0.98;

	private static final double FIXED_WINDOW = 0.95;

	static final int HALVED_AT = 3;

	static final int RESTORED_AT = 6;

	private static final Scenario CONFIGURED = Scenario.of(ProviderKind.OPENAI, GovernedClient::configured);

	private static final Scenario DISCOVERED = Scenario.of(ProviderKind.OPENAI, GovernedClient::discovering);

	private static final Scenario SILENT = Scenario.of(ProviderKind.SILENT, GovernedClient::configured);

	private Cases() {
	}

	static List<Case> reported() {
		List<Case> cases = new ArrayList<>();
		for (Scenario scenario : List.of(CONFIGURED, DISCOVERED)) {
			String name = (scenario == CONFIGURED) ? "limits configured" : "limits discovered";
			cases.addAll(byInstancesAndHeads(name, CONTINUOUS, estimates(scenario)));
		}
		return cases;
	}

	static List<Case> fixedWindows() {
		List<Case> cases = new ArrayList<>();
		cases.addAll(fixedWindows("Mistral with resets", ProviderKind.MISTRAL_BY_SIZE));
		cases.addAll(fixedWindows("Mistral without resets", ProviderKind.MISTRAL));
		cases.addAll(fixedWindows("Azure OpenAI", ProviderKind.AZURE));
		return cases;
	}

	private static List<Case> fixedWindows(String name, ProviderKind provider) {
		return byInstancesAndHeads("fixed windows of " + name, FIXED_WINDOW, fixedWindows(provider));
	}

	private static List<Scenario> fixedWindows(ProviderKind provider) {
		Scenario scenario = Scenario.of(provider, GovernedClient::discovering);
		List<Scenario> scenarios = new ArrayList<>(estimates(scenario));
		scenarios.add(scenario.begins(Duration.ofSeconds(15)));
		if (provider != ProviderKind.AZURE) {
			// Its limit of requests would not let the tokens of so short a window be used
			scenarios.add(scenario.begins(Duration.ofSeconds(35)));
		}
		return scenarios;
	}

	private static List<Case> byInstancesAndHeads(String name, double leastUsed, List<Scenario> scenarios) {
		List<Case> cases = new ArrayList<>();
		for (int instances : List.of(1, 4)) {
			for (boolean early : List.of(true, false)) {
				cases
					.add(new Case(name + ", " + instances(instances) + (early ? ", heads early" : ", heads at the end"),
							leastUsed,
							scenarios.stream()
								.map((scenario) -> scenario.instances(instances).headsEarly(early))
								.toList()));
			}
		}
		return cases;
	}

	private static String instances(int instances) {
		return (instances == 1) ? "one instance" : instances + " instances";
	}

	/** Returns the scenario with estimates that are right, and 10% and 30% off. */
	private static List<Scenario> estimates(Scenario scenario) {
		return List.of(scenario, scenario.estimates(0.1, 0.1), scenario.estimates(-0.1, 0.1),
				scenario.estimates(0.3, 0.3), scenario.estimates(-0.3, 0.3));
	}

	static List<Case> restarts() {
		List<Case> cases = new ArrayList<>();
		for (int instances : List.of(1, 4)) {
			Scenario once = DISCOVERED.instances(instances)
				.disturbedBy((simulation) -> simulation.at(5, simulation::restartAll));
			cases.add(Case.of(instances(instances) + ", all restarted under load", CONTINUOUS, once,
					once.headsEarly(false)));
		}
		Scenario often = DISCOVERED.disturbedBy((simulation) -> {
			for (int window = 2; window < Simulation.WINDOWS; window += 2) {
				simulation.at(window, simulation::restartAll);
			}
		});
		cases.add(Case.of("one instance, restarted every two minutes", CONTINUOUS, often, often.headsEarly(false)));
		Scenario rolling = DISCOVERED.instances(4).disturbedBy((simulation) -> {
			for (int instance = 0; instance < 4; instance++) {
				int restarted = instance;
				simulation.at(2 + instance, () -> simulation.restart(restarted));
			}
		});
		cases.add(Case.of("4 instances, restarted one a minute", CONTINUOUS, rolling, rolling.headsEarly(false)));
		return cases;
	}

	/** Instances that share what they know. */
	static List<Case> sharing() {
		List<Case> cases = new ArrayList<>();
		for (int instances : List.of(4, 8)) {
			for (boolean early : List.of(true, false)) {
				cases.add(shared("limits discovered", CONTINUOUS, instances, early, estimates(DISCOVERED)));
			}
		}
		for (boolean early : List.of(true, false)) {
			cases.add(shared("no headers, limits configured", CONTINUOUS, 4, early, estimates(SILENT)));
		}
		cases.add(shared("no headers, limits configured", CONTINUOUS, 8, true, estimates(SILENT)));
		for (boolean early : List.of(true, false)) {
			cases.add(shared("fixed windows of Mistral without resets", FIXED_WINDOW, 4, early,
					fixedWindows(ProviderKind.MISTRAL)));
			cases
				.add(shared("fixed windows of Azure OpenAI", FIXED_WINDOW, 4, early, fixedWindows(ProviderKind.AZURE)));
		}
		Scenario rolling = DISCOVERED.disturbedBy((simulation) -> {
			for (int instance = 0; instance < 8; instance++) {
				int restarted = instance;
				simulation.at(1 + instance, () -> simulation.restart(restarted));
			}
		});
		cases.add(shared("restarted one a minute", CONTINUOUS, 8, true, List.of(rolling)));
		Scenario all = DISCOVERED.disturbedBy((simulation) -> simulation.at(5, simulation::restartAll));
		cases.add(shared("all restarted under load", CONTINUOUS, 8, true, List.of(all, all.headsEarly(false))));
		for (Scenario scenario : List.of(DISCOVERED, SILENT)) {
			Scenario away = scenario.disturbedBy((simulation) -> {
				simulation.at(3, () -> simulation.storeFails(true));
				simulation.at(6, () -> simulation.storeFails(false));
			});
			cases.add(shared((scenario == SILENT) ? "no headers, Redis away for three minutes"
					: "limits discovered, Redis away for three minutes", CONTINUOUS, 4, true, List.of(away)));
		}
		return cases;
	}

	/** What is also run over a real Redis. */
	static List<Scenario> overRedis() {
		return List.of(DISCOVERED.instances(8).sharing(), SILENT.instances(4).sharing());
	}

	private static Case shared(String name, double leastUsed, int instances, boolean early, List<Scenario> scenarios) {
		return new Case(
				name + ", " + instances(instances) + " with Redis" + (early ? ", heads early" : ", heads at the end"),
				leastUsed,
				scenarios.stream()
					.map((scenario) -> scenario.instances(instances).headsEarly(early).sharing())
					.toList());
	}

	static List<Case> silent() {
		return List.of(new Case("no headers, limits configured, one instance", CONTINUOUS, estimates(SILENT)));
	}

	/** The same load as the first case has. */
	static List<Case> others() {
		return List.of(Case.of("the SDK's own retries", 0, other(RetriesAlone::new)),
				Case.of("Resilience4j, 500 requests/min", 0, other(Resilience4jClient::new)),
				Case.of("Bucket4j, 500 requests/min", 0, other(Bucket4jClient::ofRequests)),
				Case.of("Bucket4j, 500 requests/min and 500,000 tokens/min, estimates right", 0,
						other(Bucket4jClient::ofRequestsAndTokens)),
				Case.of("Bucket4j, the same with estimates 10% low", 0,
						other(Bucket4jClient::ofRequestsAndTokens).estimates(-0.1, 0)),
				Case.of("adaptive retry as in the AWS SDKs", 0, other(AdaptiveRetryClient::new)));
	}

	private static Scenario other(Function<TimeSource, OutboundClient> client) {
		return Scenario.of(ProviderKind.OPENAI, (provider, time, notes) -> client.apply(time));
	}

	static List<Case> halved() {
		List<Case> cases = new ArrayList<>();
		for (int instances : List.of(1, 4)) {
			Scenario halved = DISCOVERED.instances(instances).disturbedBy((simulation) -> {
				simulation.at(HALVED_AT, () -> simulation.scaleLimitsTo(0.5));
				simulation.at(RESTORED_AT, () -> simulation.scaleLimitsTo(1));
			});
			cases.add(Case.of(instances(instances) + ", heads early", CONTINUOUS, halved));
			cases.add(Case.of(instances(instances) + ", heads at the end", CONTINUOUS, halved.headsEarly(false)));
		}
		return cases;
	}

}
