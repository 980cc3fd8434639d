package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Servers start, fail and end on request. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RedisServerTests {

	private static final Duration SHORT = Duration.ofMillis(100);

	@Test
	void aServerAnswersInAProcessOfItsOwn() {
		try (RedisServer server = RedisServer.start()) {
			assertThat(server.command("PING")).isEqualTo("PONG");
			assertThat(server.isRunning()).isTrue();
			assertThat(ProcessHandle.of(server.pid())).isPresent();
			assertThat(server.info("server")).containsEntry("process_id", Long.toString(server.pid()))
				.containsEntry("tcp_port", Integer.toString(server.port()));
			assertThat(server.version().atLeast(6, 2)).isTrue();
		}
	}

	@Test
	void aServerListensOnTheLoopbackOnlyAndKeepsNothing() {
		try (RedisServer server = RedisServer.start()) {
			assertThat(server.command("CONFIG", "GET", "bind")).isEqualTo(List.of("bind", "127.0.0.1"));
			assertThat(server.command("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
			assertThat(server.command("CONFIG", "GET", "appendonly")).isEqualTo(List.of("appendonly", "no"));
		}
	}

	@Test
	void lettuceAndJedisSeeTheSameServer() {
		try (RedisServer server = RedisServer.start();
				RedisClient lettuce = RedisClient.create(RedisURI.create(RedisServer.HOST, server.port()));
				Jedis jedis = new Jedis(RedisServer.HOST, server.port())) {
			lettuce.connect().sync().set("word", "from Lettuce");
			assertThat(jedis.get("word")).isEqualTo("from Lettuce");
			assertThat(server.command("GET", "word")).isEqualTo("from Lettuce");
		}
	}

	@Test
	void answersOfEveryKindAreRead() {
		try (RedisServer server = RedisServer.start()) {
			assertThat(server.command("SET", "n", "41")).isEqualTo("OK");
			assertThat(server.command("INCR", "n")).isEqualTo(42L);
			assertThat(server.command("GET", "none")).isNull();
			assertThat(server.command("EVAL", "return {1, 'two', false, {}, {3}}", "0"))
				.isEqualTo(Arrays.asList(1L, "two", null, List.of(), List.of(3L)));
			assertThatExceptionOfType(RedisErrorException.class).isThrownBy(() -> server.command("LPUSH", "n", "x"))
				.withMessageStartingWith("WRONGTYPE");
		}
	}

	@Test
	void aStringHoldsAnyBytes() {
		StringBuilder everyByte = new StringBuilder();
		IntStream.range(0, 256).forEach((value) -> everyByte.append((char) value));
		try (RedisServer server = RedisServer.start()) {
			server.command("SET", "bytes", everyByte.toString());
			assertThat(server.command("STRLEN", "bytes")).isEqualTo(256L);
			assertThat(server.command("GET", "bytes")).isEqualTo(everyByte.toString());
		}
	}

	@Test
	void argumentsReachTheServerAndDebugIsAllowed() {
		try (RedisServer server = RedisServer.start("--maxmemory", "2mb", "--maxmemory-policy", "noeviction")) {
			assertThat(server.command("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "2097152"));
			assertThat(server.command("DEBUG", "SLEEP", "0")).isEqualTo("OK");
		}
	}

	@Test
	void callsAreCountedAlsoWithinScripts() {
		try (RedisServer server = RedisServer.start()) {
			server.command("EVAL", "redis.call('SET', KEYS[1], 1) return redis.call('GET', KEYS[1])", "1", "key");
			server.command("GET", "key");
			assertThat(server.calls("eval")).isEqualTo(1);
			assertThat(server.calls("get")).isEqualTo(2);
			assertThat(server.calls("evalsha")).isZero();
		}
	}

	@Test
	void aKilledServerStartsAgainEmptyOnItsPort() {
		try (RedisServer server = RedisServer.start()) {
			long pid = server.pid();
			server.command("SET", "key", "value");
			server.kill();
			assertThat(server.isRunning()).isFalse();
			assertThat(ProcessHandle.of(pid)).isEmpty();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> server.command("PING"))
				.withMessageContaining("port " + server.port());
			assertThatIllegalStateException().isThrownBy(server::pid).withMessageContaining("not running");

			server.startAgain();
			assertThat(server.pid()).isNotEqualTo(pid);
			assertThat(server.command("GET", "key")).isNull();
			assertThatIllegalStateException().isThrownBy(server::startAgain).withMessageContaining("running already");
		}
	}

	@Test
	void aStoppedServerEndsInGoodOrder() {
		try (RedisServer server = RedisServer.start()) {
			server.stop();
			assertThat(server.isRunning()).isFalse();
			assertThat(server.log()).contains("ready to exit");
		}
	}

	@Test
	void aPausedServerTakesRequestsAndAnswersThemOnceItIsResumed() {
		try (RedisServer server = RedisServer.start();
				RespConnection connection = RespConnection.open(server.port(), SHORT)) {
			server.pause();
			assertThat(server.isPaused()).isTrue();
			assertThat(server.isRunning()).isTrue();
			connection.send("PING");
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(connection::read)
				.withMessageContaining("timed out");
			assertThatExceptionOfType(JedisConnectionException.class).isThrownBy(() -> pingThroughJedis(server));

			server.resume();
			assertThat(server.isPaused()).isFalse();
			Polling.until(Duration.ofSeconds(20), "the answer comes", () -> "PONG".equals(readIfThere(connection)));
		}
	}

	private static void pingThroughJedis(RedisServer server) {
		try (Jedis jedis = new Jedis(RedisServer.HOST, server.port(), Math.toIntExact(SHORT.toMillis()))) {
			jedis.ping();
		}
	}

	private static Object readIfThere(RespConnection connection) {
		try {
			return connection.read();
		}
		catch (UncheckedIOException ex) {
			return "nothing yet";
		}
	}

	@Test
	void aPausedServerCanBeStoppedAndKilled() {
		try (RedisServer server = RedisServer.start()) {
			server.pause();
			server.stop();
			assertThat(server.isRunning()).isFalse();
			assertThat(server.log()).contains("ready to exit");

			server.startAgain();
			server.pause();
			server.kill();
			assertThat(server.isRunning()).isFalse();
			server.startAgain();
			assertThat(server.isPaused()).isFalse();
			assertThat(server.command("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void aReplicaFollowsAndIsReadOnly() {
		try (RedisServer master = RedisServer.start()) {
			master.command("SET", "key", "value");
			try (RedisServer replica = RedisServer.startReplicaOf(master)) {
				assertThat(replica.command("GET", "key")).isEqualTo("value");
				master.command("SET", "key", "later");
				master.awaitReplicas(1);
				assertThat(replica.command("GET", "key")).isEqualTo("later");
				assertThatExceptionOfType(RedisErrorException.class).isThrownBy(() -> replica.command("DEL", "key"))
					.withMessageStartingWith("READONLY");
			}
		}
	}

	@Test
	void aServerThatDoesNotStartShowsItsLog() {
		assertThatIllegalStateException().isThrownBy(() -> RedisServer.start("--no-such-setting", "1"))
			.withMessageContaining("ended while starting")
			.withMessageContaining("no-such-setting");
	}

	@Test
	void aPortThatWasTakenMeanwhileFailsTheStart() throws IOException {
		try (RedisServer server = RedisServer.start()) {
			server.kill();
			try (ServerSocket socket = new ServerSocket()) {
				socket.bind(Loopback.at(server.port()));
				assertThatIllegalStateException().isThrownBy(server::startAgain)
					.withMessageMatching("(?s).*Address (already )?in use.*");
			}
		}
	}

	@Test
	void everythingEndsWithTheJvm() throws IOException, InterruptedException {
		Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), Forgetful.class.getName())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try (BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8)) {
			List<String> pids = List.of(output.readLine(), output.readLine());
			Path directory = Path.of(output.readLine());
			assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
			assertThat(jvm.exitValue()).isZero();
			assertThat(pids).allSatisfy((pid) -> assertThat(ProcessHandle.of(Long.parseLong(pid))).isEmpty());
			assertThat(directory).doesNotExist();
		}
		finally {
			jvm.destroyForcibly();
		}
	}

	@Test
	void theSharedServerIsOneAndCanBeEmptied() {
		RedisServer server = SharedRedis.server();
		server.command("SET", "key", "value");
		assertThat(SharedRedis.server()).isSameAs(server);
		SharedRedis.flush();
		assertThat(server.command("DBSIZE")).isEqualTo(0L);
	}

	/** A program that leaves a server and a paused one behind. */
	static final class Forgetful {

		private Forgetful() {
		}

		public static void main(String[] args) throws IOException {
			RedisServer running = RedisServer.start();
			RedisServer paused = RedisServer.start();
			paused.pause();
			System.out.println(running.pid());
			System.out.println(paused.pid());
			System.out
				.println(Files.createFile(Leftovers.directory("forgotten").resolve("file")).getParent().getParent());
		}

	}

}
