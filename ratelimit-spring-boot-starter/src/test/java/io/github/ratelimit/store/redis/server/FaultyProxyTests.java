package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** The network fails on request, and recovers. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FaultyProxyTests {

	private static final Duration SHORT = Duration.ofMillis(100);

	private static final Duration LONG = Duration.ofSeconds(5);

	private static RedisServer server;

	private FaultyProxy proxy;

	@BeforeAll
	static void startServer() {
		server = RedisServer.start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@BeforeEach
	void openProxy() {
		server.command("FLUSHALL");
		server.command("CONFIG", "RESETSTAT");
		this.proxy = FaultyProxy.inFrontOf(server);
	}

	@AfterEach
	void closeProxy() {
		this.proxy.close();
		Polling.until(LONG, "all connections are closed", () -> this.proxy.openConnections() == 0);
	}

	@Test
	void everythingPassesAndIsCounted() {
		try (RespConnection connection = connect(LONG); RespConnection another = connect(LONG)) {
			assertThat(connection.command("PING")).isEqualTo("PONG");
			assertThat(this.proxy.requestBytes()).isEqualTo("*1\r\n$4\r\nPING\r\n".length());
			assertThat(this.proxy.replyBytes()).isEqualTo("+PONG\r\n".length());
			assertThat(another.command("ECHO", "x".repeat(1_000_000))).isEqualTo("x".repeat(1_000_000));
			assertThat(this.proxy.connections()).isEqualTo(2);
			assertThat(this.proxy.openConnections()).isEqualTo(2);
		}
		Polling.until(LONG, "connections that clients close are closed", () -> this.proxy.openConnections() == 0);
	}

	@Test
	void connectionsAreCutAndLettuceReconnects() {
		try (RedisClient lettuce = lettuce(LONG);
				StatefulRedisConnection<String, String> connection = lettuce.connect()) {
			assertThat(connection.sync().ping()).isEqualTo("PONG");
			long before = this.proxy.connections();
			this.proxy.cutConnections();
			Polling.until(LONG, "Lettuce has connected again", () -> this.proxy.connections() > before);
			Polling.until(LONG, "Lettuce is well", connection::isOpen);
			assertThat(connection.sync().ping()).isEqualTo("PONG");
		}
	}

	@Test
	void newConnectionsAreRefusedAndOpenOnesStay() {
		try (RespConnection open = connect(LONG)) {
			assertThat(open.command("PING")).isEqualTo("PONG");
			this.proxy.refuseConnections();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> connect(LONG))
				.withMessageContaining("Connection refused");
			assertThatExceptionOfType(JedisConnectionException.class).isThrownBy(() -> pingThroughJedis(LONG));
			assertThat(open.command("PING")).isEqualTo("PONG");

			this.proxy.normal();
			pingThroughJedis(LONG);
		}
	}

	@Test
	void aReplyHangsInItsMiddle() {
		server.command("SET", "key", "0123456789");
		try (RespConnection connection = connect(SHORT)) {
			this.proxy.hangInReply(8);
			connection.send("GET", "key");
			Polling.until(LONG, "a part of the reply has passed", () -> this.proxy.replyBytes() == 8);
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(connection::read)
				.withMessageContaining("timed out");
			assertThat(this.proxy.replyBytes()).isEqualTo(8);
			assertThat(this.proxy.openConnections()).isEqualTo(1);
			assertThat(server.calls("get")).isEqualTo(1);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.proxy.hangInReply(-1)).withMessageContaining("-1");
	}

	@Test
	void aHangingConnectionDoesNotEndWithTheServer() {
		try (RedisServer dying = RedisServer.start();
				FaultyProxy way = FaultyProxy.inFrontOf(dying);
				RespConnection connection = RespConnection.open(way.port(), LONG)) {
			assertThat(connection.command("PING")).isEqualTo("PONG");
			way.hangInReply(0);
			dying.kill();
			connection.setTimeout(SHORT);
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(connection::read)
				.withMessageContaining("timed out");

			way.normal();
			connection.setTimeout(LONG);
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(connection::read)
				.withMessageContaining("ended");
		}
	}

	@Test
	void lettuceTimesOutInTheMiddleOfAReplyAndGetsTheRestLater() throws Exception {
		server.command("SET", "key", "0123456789");
		try (RedisClient lettuce = lettuce(LONG);
				StatefulRedisConnection<String, String> connection = lettuce.connect()) {
			assertThat(connection.sync().ping()).isEqualTo("PONG");
			this.proxy.hangInReply(8);
			connection.setTimeout(SHORT);
			assertThatExceptionOfType(RedisCommandTimeoutException.class)
				.isThrownBy(() -> connection.sync().get("key"));
			connection.setTimeout(LONG);
			RedisFuture<String> waiting = connection.async().echo("next");
			assertThat(connection.isOpen()).isTrue();

			this.proxy.normal();
			assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo("next");
		}
	}

	@Test
	void aConnectionThatComesWhileRepliesHangGetsItsShare() {
		this.proxy.hangInReply(0);
		try (RespConnection first = connect(SHORT)) {
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> first.command("PING"));
		}
		this.proxy.hangInReply(7);
		try (RespConnection second = connect(LONG); RespConnection third = connect(LONG)) {
			assertThat(second.command("PING")).isEqualTo("PONG");
			assertThat(third.command("PING")).isEqualTo("PONG");
			second.setTimeout(SHORT);
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> second.command("PING"));
		}
	}

	@Test
	void repliesAreDelayedByTheSameTimeEachAndDoNotWaitForEachOther() {
		Duration delay = Duration.ofMillis(500);
		try (RespConnection connection = connect(LONG)) {
			this.proxy.delayReplies(delay);
			long begin = System.nanoTime();
			for (int i = 1; i <= 10; i++) {
				int sent = i;
				connection.send("INCR", "n");
				Polling.until(LONG, "the server has replied", () -> server.calls("incr") == sent);
			}
			for (long i = 1; i <= 10; i++) {
				assertThat(connection.read()).isEqualTo(i);
				assertThat(timeSince(begin)).isGreaterThanOrEqualTo(delay);
			}
			assertThat(timeSince(begin)).isLessThan(delay.multipliedBy(5));

			this.proxy.normal();
			begin = System.nanoTime();
			assertThat(connection.command("PING")).isEqualTo("PONG");
			assertThat(timeSince(begin)).isLessThan(delay);
		}
	}

	private static Duration timeSince(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	@Test
	void droppedRequestsNeverReachTheServerAndTheirConnectionsEnd() {
		try (RespConnection holed = connect(LONG); RespConnection whole = connect(LONG)) {
			assertThat(holed.command("PING")).isEqualTo("PONG");
			this.proxy.dropRequests();
			holed.send("INCR", "n");
			Polling.until(LONG, "the request is dropped",
					() -> this.proxy.droppedBytes() == "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n".length());
			assertThatExceptionOfType(JedisConnectionException.class).isThrownBy(() -> pingThroughJedis(SHORT));
			assertThat(this.proxy.openConnections()).isGreaterThanOrEqualTo(2);

			this.proxy.normal();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> holed.command("INCR", "n"))
				.withMessageNotContaining("timed out");
			assertThat(whole.command("GET", "n")).isNull();
			assertThat(server.calls("incr")).isZero();
		}
	}

	@Test
	void aServerThatIsNotThereEndsConnectionsAtOnce() {
		try (RedisServer gone = RedisServer.start(); FaultyProxy way = FaultyProxy.inFrontOf(gone)) {
			try (RespConnection connection = RespConnection.open(way.port(), LONG)) {
				assertThat(connection.command("PING")).isEqualTo("PONG");
				gone.kill();
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> connection.command("PING"))
					.withMessageNotContaining("timed out");
			}
			try (RespConnection connection = RespConnection.open(way.port(), LONG)) {
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> connection.command("PING"))
					.withMessageNotContaining("timed out");
			}
			gone.startAgain();
			try (RespConnection connection = RespConnection.open(way.port(), LONG)) {
				assertThat(connection.command("PING")).isEqualTo("PONG");
			}
		}
	}

	private RespConnection connect(Duration timeout) {
		return RespConnection.open(this.proxy.port(), timeout);
	}

	private RedisClient lettuce(Duration timeout) {
		RedisClient client = RedisClient.create(
				RedisURI.builder().withHost(RedisServer.HOST).withPort(this.proxy.port()).withTimeout(timeout).build());
		client.setOptions(ClientOptions.builder().disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS).build());
		return client;
	}

	private void pingThroughJedis(Duration timeout) {
		try (Jedis jedis = new Jedis(RedisServer.HOST, this.proxy.port(), Math.toIntExact(timeout.toMillis()))) {
			assertThat(jedis.ping()).isEqualTo("PONG");
		}
	}

}
