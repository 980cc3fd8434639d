package io.github.ratelimit.benchmarks.redis.limiter;

import io.github.ratelimit.benchmarks.redis.server.LettuceClients;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Not a limiter: the least that one has to do which decides inside Redis. One EVALSHA of
 * a script that reads and writes 16 bytes.
 */
final class RawScript implements RemoteLimiter {

	static final String ONE = """
			redis.call('GET', KEYS[1])
			redis.call('SET', KEYS[1], ARGV[1])
			return 1
			""";

	private static final String SEVERAL = """
			for i = 1, #KEYS do
				redis.call('GET', KEYS[i])
				redis.call('SET', KEYS[i], ARGV[1])
			end
			return 1
			""";

	private static final byte[] STATE = state();

	private final RedisClient client;

	private final StatefulRedisConnection<byte[], byte[]> connection;

	private final RedisAsyncCommands<byte[], byte[]> commands;

	private final String one;

	private final String several;

	RawScript(int port) {
		this.client = LettuceClients.create(port);
		this.connection = this.client.connect(ByteArrayCodec.INSTANCE);
		this.commands = this.connection.async();
		this.one = this.connection.sync().scriptLoad(ONE);
		this.several = this.connection.sync().scriptLoad(SEVERAL);
	}

	static byte[] state() {
		return "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
	}

	static byte[] key(String key) {
		return ("raw:" + key).getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public boolean tryAcquire(String key) {
		return call(this.one, key(key));
	}

	@Override
	public boolean tryAcquireAll(List<String> keys) {
		return call(this.several, keys.stream().map(RawScript::key).toArray(byte[][]::new));
	}

	private boolean call(String script, byte[]... keys) {
		Long answer = LettuceClients.await(this.commands.evalsha(script, ScriptOutputType.INTEGER, keys, STATE));
		return answer == 1;
	}

	@Override
	public void close() {
		this.connection.close();
		LettuceClients.shutdown(this.client);
	}

}
