package io.github.ratelimit.store.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.client.FailureReason;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A foreign value under a key of the library. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ForeignValueTests {

	private static final Limit CHAT = StoreFixture.limit("chat", "10/36500d");

	private static final Limit OTHER = StoreFixture.limit("other", "10/36500d");

	private static final Limit TWO_RATES = StoreFixture.limit("two", "5/s, 60/min burst 90");

	private static final double[] ODD = { Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, -1e300,
			-1e17, -1e16, 1e16, 0x1p53, -0x1p53, 0x1p63, -0x1p63, 0.5, -0.5, 0, -0.0, -1, 1, Double.MIN_VALUE };

	private RedisServer server;

	private StoreLog log;

	private StoreInstance instance;

	@BeforeEach
	void start() {
		this.server = SharedRedis.server();
		SharedRedis.flush();
		this.log = new StoreLog();
		this.instance = StoreInstance.on(this.server).awaitUp();
	}

	@AfterEach
	void close() {
		this.instance.close();
		this.log.close();
	}

	@Test
	void aListUnderOneKeyConcernsThatKeyAlone() {
		this.server.command("LPUSH", name(CHAT, "caller"), "foreign");

		for (int i = 0; i < 30; i++) {
			assertThat(this.instance.take(CHAT, "caller", 1).isDegraded()).isTrue();
			assertThat(this.instance.take(CHAT, "neighbour", 0).isDegraded()).isFalse();
			assertThat(this.instance.take(OTHER, "caller", 0).isDegraded()).isFalse();
		}
		assertThat(this.instance.store().status()).isEqualTo("up");
		// what was decided here is sent later, which fails, too
		assertThat(this.instance.told().failures()).containsOnlyKeys("wrongtype")
			.hasEntrySatisfying("wrongtype", (calls) -> assertThat(calls).isGreaterThanOrEqualTo(30));
		assertThat(this.server.command("LRANGE", name(CHAT, "caller"), "0", "-1")).isEqualTo(List.of("foreign"));
	}

	@Test
	void itIsLoggedOnceWithTheKeyAndWhatToDo() {
		this.server.command("LPUSH", name(CHAT, "caller"), "foreign");
		for (int i = 0; i < 30; i++) {
			this.instance.take(CHAT, "caller", 1);
		}

		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith("WARN Redis has something under " + name(CHAT, "caller") + " that is not ours (wrongtype)")
			.contains("Delete it, or give the limits another ratelimit.redis.key-prefix");
	}

	@ParameterizedTest
	@ValueSource(strings = { "LPUSH", "SET" })
	void ofSeveralLimitsTheOneConcernedIsNamedAndNothingIsTakenOfTheOthers(String command) {
		this.server.command(command, name(CHAT, "caller"), "foreign");

		List<ChargeDecision> decisions = this.instance.takeAll(StoreFixture.charge(OTHER, "caller", 1),
				StoreFixture.charge(CHAT, "caller", 1), StoreFixture.charge(TWO_RATES, "caller", 1));

		assertThat(decisions).allMatch(ChargeDecision::isDegraded).noneMatch(ChargeDecision::isViolated);
		assertThat(this.instance.remaining(OTHER, "caller")).isEqualTo(10);
		assertThat(this.instance.store().status()).isEqualTo("up");
		assertThat(this.log.lines()).singleElement().asString().contains(name(CHAT, "caller"));
	}

	@Test
	void aStateOfANewerFormatIsLeftAloneAndNotRead() {
		this.instance.take(CHAT, "caller", 4);
		String newer = "2" + value(CHAT, "caller").substring(1);
		this.server.command("SET", name(CHAT, "caller"), newer);

		ChargeDecision decision = this.instance.take(CHAT, "caller", 1);

		assertThat(decision.isDegraded()).isTrue();
		assertThat(this.instance.told().failures()).containsOnlyKeys("unreadable");
		assertThat(value(CHAT, "caller")).isEqualTo(newer);
	}

	@Test
	void permitsTakenBeforeAreNotGivenBackToIt() {
		ChargeDecision taken = this.instance.take(CHAT, "caller", 4);
		this.server.command("SET", name(CHAT, "caller"), "foreign");

		this.instance.store().giveBack(taken);

		assertThat(value(CHAT, "caller")).isEqualTo("foreign");
		assertThat(this.instance.store().status()).isEqualTo("up");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callsThatWereAllowedBeforeAResetAreNotChargedAfterIt(boolean one) {
		this.server.command("SET", name(CHAT, "caller"), "foreign");
		for (int i = 0; i < 3; i++) {
			assertThat(this.instance.take(CHAT, "caller", 1).isDegraded()).isTrue();
		}
		assertThat(this.instance.debts()).isEqualTo(1);

		if (one) {
			assertThat(this.instance.store().reset(Handles.of(CHAT), Key.of("caller").id())).isTrue();
		}
		else {
			assertThat(this.instance.store().resetAll(Handles.of(CHAT))).isEqualTo(1);
		}
		await().until(() -> this.instance.debts() == 0);

		assertThat(this.instance.take(CHAT, "caller", 1).remaining()).isEqualTo(9);
		this.server.command("SET", name(CHAT, "caller"), "foreign");
		assertThat(this.instance.take(CHAT, "caller", 1).remaining()).as("in memory").isEqualTo(8);
	}

	@Test
	void aLookupReportsItAndAResetRemovesIt() {
		for (String command : List.of("LPUSH", "SET")) {
			this.server.command(command, name(CHAT, "caller"), "foreign");
			String id = Key.of("caller").id();
			assertThatExceptionOfType(StoreUnavailableException.class)
				.isThrownBy(() -> this.instance.store().find(Handles.of(CHAT), id));
			assertThat(this.instance.take(CHAT, "caller", 1).isDegraded()).isTrue();
			assertThat(this.instance.store().keys(Handles.of(CHAT), null, 10).keys()).isEmpty();

			assertThat(this.instance.store().reset(Handles.of(CHAT), id)).isTrue();

			assertThat(this.instance.take(CHAT, "caller", 1).isDegraded()).isFalse();
			assertThat(this.instance.store().find(Handles.of(CHAT), id).orElseThrow().remaining()).isEqualTo(9);
			assertThat(this.instance.store().reset(Handles.of(CHAT), id)).isTrue();
		}
	}

	@Test
	void bytesOfAnyLengthAndKindFailNoCallAndOpenNoBreaker() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int i = 0; i < 1500; i++) {
			Limit limit = random.nextBoolean() ? CHAT : TWO_RATES;
			byte[] value = switch (random.nextInt(3)) {
				case 0 -> someBytes(random);
				case 1 -> aStateWithSomeBytes(limit, random);
				default -> aStateWithAnOddNumber(limit, random);
			};
			try {
				this.server.command("SET", name(limit, "caller"), new String(value, StandardCharsets.ISO_8859_1));
				decideOver(limit, random);
			}
			catch (RuntimeException | AssertionError ex) {
				throw new AssertionError("Seed " + seed + ", number " + i + ", " + Arrays.toString(value), ex);
			}
		}
	}

	private void decideOver(Limit limit, Random random) {
		RedisStore store = this.instance.store();
		Charge charge = StoreFixture.charge(limit, "caller", random.nextInt(7));
		switch (random.nextInt(6)) {
			case 5 -> takeManyAtOnce(limit);
			case 0 -> store.giveBack(assertSane(store.take(charge)));
			case 1 -> store.takeAll(List.of(StoreFixture.charge(OTHER, "caller", 0), charge)).forEach(this::assertSane);
			case 2 -> assertSane(this.instance.take(StoreFixture.limit(limit.name(), "7/min burst 20"), "caller", 1));
			case 3 ->
				assertSane(this.instance.take(StoreFixture.limit(limit.name(), "3/s, 7/min burst 20"), "caller", 1));
			default -> find(store, limit);
		}
		assertSane(store.take(charge));
		assertThat(store.status()).isEqualTo("up");
		assertThat(this.instance.told().failures().keySet()).isSubsetOf("unreadable");
		store.reset(Handles.of(limit), Key.of("caller").id());
	}

	private void takeManyAtOnce(Limit limit) {
		BucketEncoding encoding = new BucketEncoding(limit);
		byte[] name = name(limit, "caller").getBytes(StandardCharsets.UTF_8);
		byte[] charge = encoding.arguments(1, 1, new byte[0]);
		try {
			byte[] answer = this.instance.sent()
				.run(StoreScripts.load().take(), new byte[][] { name }, charge, encoding.costs(2, 2))
				.get(5, TimeUnit.SECONDS);
			int state = 1 + Integer.BYTES + (1 + encoding.size()) * Double.BYTES;
			assertThat(answer).hasSize(2 * (1 + state));
		}
		catch (ExecutionException ex) {
			assertThat(FailureReason.reason(ex)).isEqualTo("unreadable");
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void find(RedisStore store, Limit limit) {
		try {
			store.find(Handles.of(limit), Key.of("caller")).ifPresent((state) -> assertSane(state, limit));
			store.keys(Handles.of(limit), null, 10).keys().forEach((state) -> assertSane(state, limit));
		}
		catch (StoreUnavailableException ex) {
			assertThat(ex).hasMessageContaining("unreadable");
		}
	}

	private static void assertSane(KeyState state, Limit limit) {
		assertThat(state.remaining()).isBetween(0L, limit.capacity());
		assertThat(state.resetAfter()).isBetween(Duration.ZERO, Duration.of(2 * LimitEncoding.MOST, ChronoUnit.MICROS));
	}

	private ChargeDecision assertSane(ChargeDecision decision) {
		assertThat(decision.remaining()).isBetween(0L, decision.limit().rates().get(0).burst() + 90);
		assertThat(decision.retryAfterNanos()).isNotNegative();
		assertThat(decision.resetAfter()).isBetween(Duration.ZERO,
				Duration.of(2 * LimitEncoding.MOST, ChronoUnit.MICROS));
		return decision;
	}

	private static byte[] someBytes(Random random) {
		byte[] bytes = new byte[random.nextInt(120)];
		random.nextBytes(bytes);
		if (bytes.length > 2 && random.nextBoolean()) {
			bytes[0] = '1';
			bytes[1] = (byte) random.nextInt(5);
		}
		return bytes;
	}

	private byte[] aStateWithSomeBytes(Limit limit, Random random) {
		byte[] state = state(limit);
		for (int i = 0; i <= random.nextInt(3); i++) {
			state[random.nextInt(state.length)] = (byte) random.nextInt(256);
		}
		return random.nextBoolean() ? state : Arrays.copyOf(state, random.nextInt(state.length + 9));
	}

	private byte[] aStateWithAnOddNumber(Limit limit, Random random) {
		byte[] state = state(limit);
		int numbers = Math.min(1 + 3 * limit.rates().size(), (state.length - 3) / Double.BYTES);
		for (int i = 0; i <= random.nextInt(3); i++) {
			ByteBuffer.wrap(state)
				.order(ByteOrder.LITTLE_ENDIAN)
				.putDouble(3 + Double.BYTES * random.nextInt(numbers), ODD[random.nextInt(ODD.length)]);
		}
		return state;
	}

	private byte[] state(Limit limit) {
		this.server.command("DEL", name(limit, "caller"));
		this.instance.take(limit, "caller", 2);
		return value(limit, "caller").getBytes(StandardCharsets.ISO_8859_1);
	}

	private String value(Limit limit, String key) {
		return String.valueOf(this.server.command("GET", name(limit, key)));
	}

	private static String name(Limit limit, String key) {
		byte[] name = new RedisKeyNames(RedisStoreSettings.DEFAULT_KEY_PREFIX).of(limit.name(), Key.of(key).id());
		return RedisKeyNames.text(name);
	}

}
