package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import java.nio.charset.StandardCharsets;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** {@link RawScript} through Spring Data's blocking commands on the shared connection. */
final class SpringRawScript implements RemoteLimiter {

	private static final byte[] STATE = RawScript.state();

	private final LettuceConnectionFactory factory;

	private final String script;

	SpringRawScript(Instance instance) {
		this.factory = LettuceClients.factory(instance.servers());
		try (RedisConnection connection = this.factory.getConnection()) {
			this.script = connection.scriptingCommands().scriptLoad(RawScript.ONE.getBytes(StandardCharsets.UTF_8));
		}
	}

	@Override
	public boolean tryAcquire(String key) {
		try (RedisConnection connection = this.factory.getConnection()) {
			Long answer = connection.scriptingCommands()
				.evalSha(this.script, ReturnType.INTEGER, 1, RawScript.key(key), STATE);
			return answer == 1;
		}
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
