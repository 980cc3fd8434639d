package io.github.ratelimit.store.redis.server;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The network fails as asked, and is well again. */
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
		assertThat(this.proxy.openConnections()).isZero();
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
	void connectionsAreCutAndLettuceComesBack() {
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
	void aReplyHangsInItsMiddleUntilAllIsNormal() {
		server.command("SET", "key", "0123456789");
		try (RespConnection connection = connect(SHORT)) {
			this.proxy.hangInReply(8);
			connection.send("GET", "key");
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(connection::read)
				.withMessageContaining("timed out");
			assertThat(this.proxy.replyBytes()).isEqualTo(8);
			assertThat(this.proxy.openConnections()).isEqualTo(1);
			assertThat(server.calls("get")).isEqualTo(1);
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
		try (RespConnection second = connect(SHORT); RespConnection third = connect(SHORT)) {
			assertThat(second.command("PING")).isEqualTo("PONG");
			assertThat(third.command("PING")).isEqualTo("PONG");
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> second.command("PING"));
		}
	}

	@Test
	void repliesAreDelayedByTheSameTimeEach() throws Exception {
		try (RedisClient lettuce = lettuce(LONG);
				StatefulRedisConnection<String, String> connection = lettuce.connect()) {
			assertThat(connection.sync().ping()).isEqualTo("PONG");
			this.proxy.delayReplies(SHORT);
			long begin = System.nanoTime();
			RedisFuture<String> last = connection.async().ping();
			for (int i = 0; i < 10; i++) {
				TimeUnit.MILLISECONDS.sleep(5);
				last = connection.async().ping();
			}
			long sent = System.nanoTime();
			assertThat(last.get(5, TimeUnit.SECONDS)).isEqualTo("PONG");
			assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(SHORT.minusMillis(1));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT.multipliedBy(8));

			this.proxy.normal();
			begin = System.nanoTime();
			assertThat(connection.sync().ping()).isEqualTo("PONG");
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT);
		}
	}

	@Test
	void droppedRequestsNeverReachTheServerAndTheirConnectionsEnd() {
		try (RespConnection holed = connect(SHORT); RespConnection whole = connect(LONG)) {
			assertThat(holed.command("PING")).isEqualTo("PONG");
			this.proxy.dropRequests();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> holed.command("INCR", "n"))
				.withMessageContaining("timed out");
			assertThat(this.proxy.droppedBytes()).isEqualTo("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n".length());
			assertThatExceptionOfType(JedisConnectionException.class).isThrownBy(() -> pingThroughJedis(SHORT));

			this.proxy.normal();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> holed.command("INCR", "n"));
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
