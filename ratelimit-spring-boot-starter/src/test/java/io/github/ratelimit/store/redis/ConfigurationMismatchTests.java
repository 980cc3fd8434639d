package io.github.ratelimit.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Algorithm;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.KillSwitch;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.client.ScriptClientFactory;
import io.github.ratelimit.store.redis.server.SharedRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("redis")
class ConfigurationMismatchTests {

	private final ManualTime time = new ManualTime();

	private final StoreLog log = new StoreLog();

	private final List<RedisStore> stores = new ArrayList<>();

	private final List<LimitRegistry> registries = new ArrayList<>();

	@BeforeEach
	void begin() {
		SharedRedis.flush();
		RedisTestStore.set(SharedRedis.server(), this.time.wallTime());
	}

	@AfterEach
	void end() {
		this.stores.forEach(RedisStore::close);
		this.log.close();
	}

	@Test
	void twoConfigurationsForMinutesAreOneWarning() {
		ConfigurationMismatch here = instance("10/d", "60/min");
		ConfigurationMismatch elsewhere = instance("1000/d", "60/60s");
		for (int minute = 0; minute < ConfigurationMismatch.OFTEN - 1; minute++) {
			compare(elsewhere, here);
		}
		assertThat(this.log.lines()).isEmpty();

		compare(elsewhere, here);
		for (int minute = 0; minute < 5; minute++) {
			compare(here);
		}

		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith("WARN")
			.contains("'ratelimit'", "limit 'chat' is 10/d here and 1000/d in another instance",
					"ratelimit.redis.key-prefix")
			.doesNotContain("'other'");
	}

	@Test
	void aDeployThatIsOverIsNoWarning() {
		ConfigurationMismatch after = instance("1000/d", "60/min");
		for (int deploy = 0; deploy < 5; deploy++) {
			ConfigurationMismatch before = instance("10/d", "60/min");
			compare(before, after);
			compare(before, after);
			for (int minute = 0; minute < 3; minute++) {
				this.time.advance(Duration.ofMinutes(1));
				RedisTestStore.set(SharedRedis.server(), this.time.wallTime());
				after.compare().join();
			}
		}
		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void changesWhileInstancesRunAreNoWarning() {
		ConfigurationMismatch here = instance("100/d", "60/min");
		ConfigurationMismatch elsewhere = instance("100/d", "60/min");
		for (int change = 1; change < 2 * ConfigurationMismatch.OFTEN; change++) {
			Map<String, String> rate = Map.of("rate", change + "/d");
			this.registries.forEach((registry) -> LimitChanges.ofInstance(registry, new KillSwitch(true))
				.change("chat", new HashMap<>(rate), null));
			compare(elsewhere, here);
		}
		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void anUnusedConfigurationIsForgotten() {
		ConfigurationMismatch before = instance("10/d", "60/min");
		ConfigurationMismatch after = instance("1000/d", "60/min");
		compare(before, after);
		assertThat(fields()).containsExactlyInAnyOrder("chat=10/d", "chat=1000/d", "other=60/min");

		for (int minute = 0; minute < 2; minute++) {
			this.time.advance(Duration.ofMinutes(1));
			RedisTestStore.set(SharedRedis.server(), this.time.wallTime());
			after.compare().join();
		}

		assertThat(fields()).containsExactlyInAnyOrder("chat=1000/d", "other=60/min");
	}

	@Test
	void aConfigurationIsRatesAlgorithmAndPlans() {
		LimitRegistry registry = new LimitRegistry();
		Limit limit = Limit.named("chat")
			.algorithm(Algorithm.SLIDING_WINDOW)
			.rates(Rate.parseAll("5/90s, 7/1500ms"))
			.build();
		Limit pro = limit.withRates(Rate.parseAll("100/48h"));

		assertThat(ConfigurationMismatch
			.text(registry.register(LimitSettings.of(limit).withPlans(Map.of("pro", pro)), List.of())))
			.isEqualTo("7/1500ms, 5/90s sliding-window; plan pro: 100/2d sliding-window");
		assertThat(
				ConfigurationMismatch.text(registry.register(Limit.named("slots").maxConcurrent(5).build(), List.of())))
			.isEqualTo("max-concurrent 5");
		assertThat(ConfigurationMismatch
			.text(registry.register(Limit.of("burst", Rate.parse("60/min burst 90")), List.of())))
			.isEqualTo("60/min burst 90");
	}

	private ConfigurationMismatch instance(String chat, String other) {
		LimitRegistry registry = new LimitRegistry();
		this.registries.add(registry);
		registry.register(Limit.of("chat", Rate.parse(chat)), List.of());
		registry.register(Limit.of("other", Rate.parse(other)), List.of());
		RedisStore store = new RedisStore(
				ScriptClientFactory.scripts(StoreInstance.lettuce(SharedRedis.server().port())),
				RedisTestStore.turnedScripts(), RedisTestStore.patient(), new MemoryStore(this.time, 100), this.time,
				StoreObserver.NONE);
		this.stores.add(store);
		return store.configurations(registry::all);
	}

	private void compare(ConfigurationMismatch... instances) {
		this.time.advance(Duration.ofMinutes(1));
		RedisTestStore.set(SharedRedis.server(), this.time.wallTime());
		for (ConfigurationMismatch instance : instances) {
			instance.compare().join();
		}
	}

	private static List<String> fields() {
		List<?> fields = (List<?>) SharedRedis.server()
			.command("HKEYS", "ratelimit:1:#configurations:{configurations}");
		return fields.stream().map(Object::toString).toList();
	}

}
