package io.github.ratelimit.benchmarks.http;

import io.github.ratelimit.benchmarks.Machine;
import io.github.ratelimit.benchmarks.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Processor time that a server uses for a request, over a real port: with the starter and
 * one rule, with a hand-written filter that does the same, and with no limit;
 * alternating, in one run.
 */
public final class HttpCost {

	private static final int REQUESTS = 30_000;

	private static final int KEYS = 100;

	private static final int WARM_UP_ROUNDS = 5;

	private HttpCost() {
	}

	/**
	 * Measures and prints.
	 * @param args how many rounds, 15 by default
	 * @throws Exception if a server does not start or answer
	 */
	public static void main(String[] args) throws Exception {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 15;
		Machine.print();
		Map<Variant, ServerProcess> servers = new EnumMap<>(Variant.class);
		try {
			for (Variant variant : Variant.values()) {
				servers.put(variant, ServerProcess.start(variant));
			}
			Map<Variant, List<Double>> micros = measure(servers, rounds);
			print(micros);
		}
		finally {
			servers.values().forEach(ServerProcess::close);
		}
	}

	private static Map<Variant, List<Double>> measure(Map<Variant, ServerProcess> servers, int rounds)
			throws Exception {
		Map<Variant, List<Double>> micros = new EnumMap<>(Variant.class);
		for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
			for (int turn = 0; turn < Variant.values().length; turn++) {
				Variant variant = Variant.values()[Math.floorMod(round + turn, Variant.values().length)];
				ServerProcess server = servers.get(variant);
				long before = server.cpuNanos();
				Load.send(server.port(), REQUESTS, KEYS);
				double perRequest = (server.cpuNanos() - before) / 1_000.0 / REQUESTS;
				if (round >= 0) {
					micros.computeIfAbsent(variant, (key) -> new ArrayList<>()).add(perRequest);
				}
			}
		}
		return micros;
	}

	private static void print(Map<Variant, List<Double>> micros) {
		micros.forEach(
				(variant, figures) -> System.out.printf("%s: %s us of processor time per request, %d x %d requests%n",
						variant, Spread.of(figures), figures.size(), REQUESTS));
		List<Double> starter = micros.get(Variant.STARTER);
		System.out.printf("starter / by hand: %s%n", Spread.ofRatios(starter, micros.get(Variant.BY_HAND)));
		System.out.printf("starter / none: %s%n", Spread.ofRatios(starter, micros.get(Variant.NONE)));
	}

}
