package io.github.ratelimit.store.redis.bucket4j;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.LuaScript;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The script of buckets beside Bucket4j's own local bucket: the same commands at the same
 * times, with every number of every reply, and what is left. A million steps in total.
 */
@Tag("redis")
@Tag("version-independent")
class BucketDifferenceTests {

	private static final int STEPS = 1_000_000;

	private static final int BATCH = 2_000;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static ScriptClient redis;

	private static LuaScript script;

	@BeforeAll
	static void connect() {
		redis = ScriptClientFactory.scripts(new LettuceConnectionFactory("127.0.0.1", SharedRedis.server().port()));
		script = LuaScript.of(BucketDifferenceTests::manyTimes, "common", "records", "token-bucket", "bucket4j");
	}

	@AfterAll
	static void disconnect() {
		redis.close();
	}

	/** The script as a function that is called for each step, with the step's time. */
	private static String manyTimes(String text) {
		return "local function command(KEYS, ARGV, clock)\n" + text.replace("redis.call('TIME')", "clock")
			.replace("local MARGIN = 1000", "local MARGIN = 100000000") + """

					end
					local answers, at = {}, 1
					while at <= #ARGV[1] do
						local name, numbers, seconds, micros
						name, numbers, seconds, micros, at = struct.unpack('<sc16dd', ARGV[1], at)
						answers[#answers + 1] = command(KEYS, { name, numbers, ARGV[2], ARGV[3] }, { seconds, micros })
					end
					return table.concat(answers)
					""";
	}

	static Stream<BucketConfiguration> configurations() {
		return Stream.of(of(greedy(10, 10, "PT1M")), of(greedy(5, 7, "PT3S")), of(greedy(250, 1, "PT0.001S")),
				of(greedy(200_000, 1_000_003, "PT1H")), of(greedy(100_000, 3, "PT0.0000015S")),
				of(greedy(1_000, 1, "PT0.00000001S")), of(greedy(40, 13, "PT0.007S")), of(greedy(3, 1, "PT2H")),
				of(interval(10, 10, "PT1M")), of(interval(100, 30, "PT1S")), of(interval(50, 7, "PT0.0005S")),
				of(interval(1_234_567, 1_234_567, "PT6H")), of(interval(9, 1, "PT0.000001S")),
				of(aligned(20, 20, "PT10S", -100_003)), of(aligned(20, 6, "PT10S", 25_500)),
				of(greedy(5, 5, "PT1S"), greedy(90, 60, "PT1M")),
				of(greedy(3, 3, "PT1S"), interval(20, 20, "PT1M"), greedy(250, 100, "PT1H")),
				of(interval(5, 2, "PT1S"), interval(60, 60, "PT1M"), aligned(200, 200, "PT1H", -5)),
				of(Bandwidth.builder().capacity(10).refillGreedy(10, Duration.ofMinutes(1)).initialTokens(0).build(),
						Bandwidth.builder()
							.capacity(30)
							.refillIntervally(10, Duration.ofMinutes(1))
							.initialTokens(3)
							.build()),
				of(Bandwidth.builder().capacity(10).refillGreedy(10, Duration.ofSeconds(1)).initialTokens(50).build()));
	}

	private static BucketConfiguration of(Bandwidth... bandwidths) {
		return new BucketConfiguration(List.of(bandwidths));
	}

	private static Bandwidth greedy(long capacity, long tokens, String period) {
		return Bandwidth.builder().capacity(capacity).refillGreedy(tokens, Duration.parse(period)).build();
	}

	private static Bandwidth interval(long capacity, long tokens, String period) {
		return Bandwidth.builder().capacity(capacity).refillIntervally(tokens, Duration.parse(period)).build();
	}

	private static Bandwidth aligned(long capacity, long tokens, String period, long firstMillis) {
		Instant first = TurnedBucket.START.plusMillis(firstMillis);
		return Bandwidth.builder()
			.capacity(capacity)
			.refillIntervallyAligned(tokens, Duration.parse(period), first)
			.build();
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void everyAnswerIsThatOfBucket4j(BucketConfiguration configuration) throws Exception {
		long seed = System.nanoTime();
		SplittableRandom random = new SplittableRandom(seed);
		byte[] key = RedisKeyNames.bytes("difference-" + seed);
		BucketConfigurationEncoding terms = new BucketConfigurationEncoding(configuration);
		TurnedBucket bucket = new TurnedBucket(configuration);
		int size = (3 + 2 * terms.size()) * Double.BYTES;
		long share = STEPS / configurations().count();
		for (int done = 0; done < share; done += BATCH) {
			List<BucketTestStep> steps = new ArrayList<>(BATCH);
			for (int i = 0; i < Math.min(BATCH, share - done); i++) {
				steps.add(BucketTestStep.next(random, bucket, done + i == 0));
			}
			byte[] answers = redis.run(script, new byte[][] { key }, packed(steps, terms), terms.rates(), terms.rest())
				.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
			for (int i = 0; i < steps.size(); i++) {
				byte[] answer = Arrays.copyOfRange(answers, i * size, (i + 1) * size);
				String difference = steps.get(i).difference(BucketCommand.Reply.read(answer, terms));
				if (difference != null) {
					throw new AssertionError("Seed " + seed + ", step " + (done + i) + " of " + configuration + ": "
							+ steps.get(i) + ": " + difference);
				}
			}
		}
	}

	private static byte[] packed(List<BucketTestStep> steps, BucketConfigurationEncoding terms) {
		ByteArrayOutputStream packed = new ByteArrayOutputStream();
		for (BucketTestStep step : steps) {
			byte[][] arguments = step.known().arguments(terms);
			packed.writeBytes(arguments[0]);
			packed.write(0);
			packed.writeBytes(arguments[1]);
			packed.writeBytes(BucketEncoding.buffer(2 * Double.BYTES)
				.putDouble(Math.floorDiv(step.micros(), 1_000_000L))
				.putDouble(Math.floorMod(step.micros(), 1_000_000L))
				.array());
		}
		return packed.toByteArray();
	}

}
