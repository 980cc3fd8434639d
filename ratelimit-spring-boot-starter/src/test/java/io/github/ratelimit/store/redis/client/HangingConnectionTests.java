package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.store.redis.StoreInstance;
import io.github.ratelimit.store.redis.StoreLog;
import io.github.ratelimit.store.redis.server.FaultyProxy;
import io.github.ratelimit.store.redis.server.Polling;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A connection that hangs forever is replaced, whatever happens meanwhile. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class HangingConnectionTests {

	private static final Duration DEADLINE = Duration.ofMillis(100);

	private static final Duration REPLACED = Duration.ofSeconds(30);

	private final AtomicInteger port = new AtomicInteger();

	private RedisServer server;

	private StoreLog log;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
		this.log = new StoreLog();
	}

	@AfterEach
	void close() {
		this.log.close();
		this.server.close();
	}

	@Test
	void aConnectionThatHangsIsReplaced() {
		try (FaultyProxy proxy = FaultyProxy.inFrontOf(this.server); StoreInstance instance = through(proxy.port())) {
			instance.awaitUp();
			proxy.hangInReply(3);
			this.port.set(this.server.port());
			openBreaker(instance);
			Polling.until(REPLACED, "the connection is replaced", () -> isUp(instance));
			assertThat(instance.sent().reconnections()).isEqualTo(1);
		}
	}

	@Test
	void aServerThatTakesConnectionsAndNeverAnswersIsGivenUp() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName(RedisServer.HOST));
				StoreInstance instance = through(silent.getLocalPort())) {
			openBreaker(instance);
			this.port.set(this.server.port());
			Polling.until(REPLACED, "the connection is given up", () -> isUp(instance));
		}
	}

	@Test
	void aServerThatGoesWhileItsConnectionIsReplacedIsFoundWhenItReturns() {
		try (StoreInstance instance = through(this.server.port())) {
			instance.awaitUp();
			this.server.pause();
			openBreaker(instance);
			Polling.until(REPLACED, "the connection is to be replaced", () -> instance.sent().reconnections() > 0);
			this.server.kill();
			Polling.until(REPLACED, "the next attempts fail",
					() -> instance.told().failures().containsKey("timeout") && instance.sent().count("probe") > 4);
			this.server.startAgain();
			Polling.until(StoreInstance.BACK, "the server is found", () -> isUp(instance));
		}
	}

	private StoreInstance through(int first) {
		this.port.set(first);
		return StoreInstance.through(this.port::get).deadline(DEADLINE).build();
	}

	/** One that never answered is unknown to the store's status. */
	private static void openBreaker(StoreInstance instance) {
		long before = instance.sent().count("probe");
		Polling.until(StoreInstance.BACK, "the breaker opens",
				() -> !isUp(instance) && instance.sent().count("probe") > before);
	}

	private static boolean isUp(StoreInstance instance) {
		return !instance.take(StoreInstance.STILL, "caller", 0).isDegraded();
	}

}
