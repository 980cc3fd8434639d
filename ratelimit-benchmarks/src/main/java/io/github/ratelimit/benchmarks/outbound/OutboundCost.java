package io.github.ratelimit.benchmarks.outbound;

import com.sun.management.ThreadMXBean;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.Machine;
import io.github.ratelimit.benchmarks.Spread;
import io.github.ratelimit.benchmarks.outbound.client.ChatRequest;
import io.github.ratelimit.benchmarks.outbound.client.GovernedClient;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.client.ClientCall;
import io.github.ratelimit.client.ClientLimiter;
import io.github.ratelimit.client.OutboundRequest;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.RequestReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * What a call costs that need not wait, without HTTP: a loop over the messages that a
 * client handles anyway, with and without the limiter. One thread, whose processor time
 * is measured, so that other programs on the machine disturb less.
 */
public final class OutboundCost {

	private static final int CALLS = 200_000;

	private static final int WARM_UP_ROUNDS = 10;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	/** A limit that no round uses up, reported as OpenAI does. */
	private static final Map<String, String> HEADERS = Map.of("x-ratelimit-limit-requests", "1000000000",
			"x-ratelimit-remaining-requests", "999999990", "x-ratelimit-reset-requests", "1ms",
			"x-ratelimit-limit-tokens", "1000000000000", "x-ratelimit-remaining-tokens", "999999990000",
			"x-ratelimit-reset-tokens", "1ms");

	private static final Map<String, String> REQUEST_HEADERS = Map.of("authorization", "Bearer sk-bench");

	private static final byte[] REQUEST = ("{\"model\":\"gpt-4o-mini\",\"max_tokens\":500,\"messages\":[{\"role\":"
			+ "\"user\",\"content\":\"" + "Which of these sentences is the longest one? ".repeat(40) + "\"}]}")
		.getBytes(StandardCharsets.UTF_8);

	private static final byte[] RESPONSE = ("{\"id\":\"chatcmpl-1\",\"choices\":[{\"message\":{\"role\":\"assistant\","
			+ "\"content\":\"" + "None of them is longer than the others. ".repeat(40)
			+ "\"}}],\"usage\":{\"prompt_tokens\":420,\"completion_tokens\":380,\"total_tokens\":800}}")
		.getBytes(StandardCharsets.UTF_8);

	private static final ModelRequest FACTS = new ModelRequest(ChatRequest.MODEL, 420, 500, false);

	private OutboundCost() {
	}

	/**
	 * Prints the costs.
	 * @param args how many rounds, 15 by default
	 */
	public static void main(String[] args) {
		int rounds = (args.length > 0) ? Integer.parseInt(args[0]) : 15;
		Machine.print(OutboundCost.class, rounds);
		ClientLimiter limiter = GovernedClient.limiter(ProviderKind.OPENAI, List.of(), TimeSource.system(), null);
		Side plain = new Side("no limiter", OutboundCost::plain);
		Side decided = new Side("acquire, head and close", (call) -> decided(limiter));
		Side read = new Side("the same, request and response read for their tokens", (call) -> read(limiter));
		List<Side> sides = List.of(plain, decided, read);
		for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
			for (Side side : sides) {
				side.run(round >= 0);
			}
		}
		System.out.println("| a call | ns | bytes |");
		System.out.println("|---|---|---|");
		sides.forEach((side) -> System.out.println("| " + side.name + " | " + Spread.of(side.nanos) + " | "
				+ Math.round(Spread.of(side.bytes).median()) + " |"));
	}

	/** What every side does: it hands over the messages. */
	private static long plain(long call) {
		return REQUEST[(int) (call % REQUEST.length)] + RESPONSE[(int) (call % RESPONSE.length)];
	}

	private static long decided(ClientLimiter limiter) {
		ClientCall call = limiter
			.acquire(new OutboundRequest(ProviderKind.OPENAI.uri(), REQUEST_HEADERS::get, FACTS, false));
		call.head(200, HEADERS::get, null);
		call.close();
		return limiter.accounts().size();
	}

	private static long read(ClientLimiter limiter) {
		RequestReader request = new RequestReader();
		request.read(REQUEST, 0, REQUEST.length);
		ClientCall call = limiter
			.acquire(new OutboundRequest(ProviderKind.OPENAI.uri(), REQUEST_HEADERS::get, request.facts(), false));
		call.head(200, HEADERS::get, null);
		call.body(RESPONSE, 0, RESPONSE.length);
		call.close();
		return limiter.accounts().size();
	}

	private static final class Side {

		private final String name;

		private final LongUnaryOperator call;

		private final List<Double> nanos = new ArrayList<>();

		private final List<Double> bytes = new ArrayList<>();

		private Side(String name, LongUnaryOperator call) {
			this.name = name;
			this.call = call;
		}

		private void run(boolean counted) {
			long waited = 0;
			long allocated = THREADS.getCurrentThreadAllocatedBytes();
			long start = THREADS.getCurrentThreadCpuTime();
			for (long i = 0; i < CALLS; i++) {
				waited += this.call.applyAsLong(i);
			}
			long nanos = THREADS.getCurrentThreadCpuTime() - start;
			long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
			if (waited == Long.MIN_VALUE) {
				throw new IllegalStateException("So that the calls are not optimised away");
			}
			if (counted) {
				this.nanos.add((double) nanos / CALLS);
				this.bytes.add((double) bytes / CALLS);
			}
		}

	}

}
