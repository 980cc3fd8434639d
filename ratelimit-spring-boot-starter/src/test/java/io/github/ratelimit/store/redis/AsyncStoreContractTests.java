package io.github.ratelimit.store.redis;

import io.github.ratelimit.Limit;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.AllOrNothingContract;
import io.github.ratelimit.store.BlockContract;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.GiveBackContract;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.SequenceContract;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClient;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.client.UnclosedScriptClient;
import io.github.ratelimit.store.redis.server.RedisServer;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Decisions for which no thread waits are those of the contract. */
@Tag("redis")
@Tag("version-independent")
class AsyncStoreContractTests implements SequenceContract, AllOrNothingContract, GiveBackContract, BlockContract {

	private static ScriptClient redis;

	private static RedisServer server;

	private static ExecutorService executor;

	private final List<RedisStore> stores = new ArrayList<>();

	@BeforeAll
	static void connect() {
		server = SharedRedis.server();
		redis = ScriptClientFactory.scripts(new LettuceConnectionFactory("127.0.0.1", server.port()));
		executor = Executors.newFixedThreadPool(2);
	}

	@AfterAll
	static void disconnect() {
		redis.close();
		executor.shutdown();
	}

	@AfterEach
	void closeStores() {
		this.stores.forEach(RedisStore::close);
	}

	@Override
	public LimitStore createStore(TimeSource time) {
		SharedRedis.flush();
		RedisStore store = RedisTestStore.turned(server, new UnclosedScriptClient(redis), new MemoryStore(time, 10_000),
				time);
		this.stores.add(store);
		return (LimitStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { LimitStore.class },
				(proxy, method, args) -> call(store, method, args));
	}

	@SuppressWarnings("unchecked")
	private static Object call(RedisStore store, Method method, Object[] args) throws Throwable {
		switch (method.getName()) {
			case "take":
				return store.takeAllAsync(List.of((Charge) args[0]), executor).join().get(0);
			case "takeAll":
				return store.takeAllAsync((List<Charge>) args[0], executor).join();
			default:
				try {
					return method.invoke(store, args);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
		}
	}

	@Override
	public boolean takes(Limit limit) {
		return RedisTestStore.takes(limit);
	}

	@Override
	public long resolution() {
		return 1_000;
	}

	@Override
	public int sequences() {
		return 2;
	}

}
