package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.script.BucketEncoding;
import io.github.ratelimit.store.redis.script.BucketSnapshot;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import io.github.ratelimit.store.redis.script.Snapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which keys an instance remembers, by themselves and by their ids. */
@Tag("version-independent")
class RememberedKeysTests {

	private final Limit limit = StoreFixture.limit("chat", "10/min");

	private final RememberedKeys keys = new RememberedKeys(Handles.of(this.limit), "chat",
			new RedisKeyNames("ratelimit"), 8);

	@Test
	void aKeyIsFoundByItsIdWhileItIsRemembered() {
		RememberedKey old = remember("old");
		remember("a", "b", "c");
		RememberedKey young = remember("young");

		assertThat(find("old")).isSameAs(old);
		assertThat(find("young")).isSameAs(young);
		assertThat(find("stranger")).isNull();
		remember("d", "e", "f", "g");
		assertThat(find("old")).as("two generations ago").isNull();
		assertThat(find("young")).isSameAs(young);
	}

	@Test
	void aKeyThatIsUsedStays() {
		RememberedKey used = remember("used");
		for (int i = 0; i < 50; i++) {
			remember("stranger" + i);
			assertThat(remember("used")).isSameAs(used);
			assertThat(find("used")).isSameAs(used);
			assertThat(all()).contains(used).hasSizeLessThanOrEqualTo(8);
		}
	}

	@Test
	void aKeyThatRedisKeepsIsCountedOnceWhicheverGenerationsItIsIn() {
		for (int i = 0; i < 50; i++) {
			remember("used").saw(allTaken(1));
			assertThat(this.keys.kept(0)).isEqualTo(1);
			remember("stranger" + i);
		}
		remember("other").saw(allTaken(1));
		assertThat(this.keys.kept(0)).isEqualTo(2);
		remember("a", "b", "c", "d", "e", "f", "g", "h");
		assertThat(this.keys.kept(0)).isZero();
	}

	@Test
	void aStateIsKeptUntilAllPermitsAreBack() {
		long full = Duration.ofMinutes(1).toNanos();
		assertThat(remember("caller").isKept(0)).isFalse();
		remember("caller").saw(allTaken(1));
		assertThat(remember("caller").isKept(full - 1)).isTrue();
		assertThat(remember("caller").isKept(full)).isFalse();
		remember("caller").saw(allTaken(0));
		assertThat(remember("caller").isKept(0)).as("Redis has no state").isFalse();
	}

	private Snapshot allTaken(int origin) {
		BucketEncoding encoding = (BucketEncoding) LimitEncoding.of(this.limit, Duration.ofSeconds(30));
		ByteBuffer state = ByteBuffer.allocate(1 + Integer.BYTES + 2 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
		state.put((byte) 0).putInt(origin).putDouble(0).putDouble(0).flip();
		return new BucketSnapshot(state, encoding, 0, 0);
	}

	@Test
	void aForgottenKeyIsFoundInNoWay() {
		for (String text : List.of("young", "old")) {
			RememberedKey forgotten = remember(text);
			remember(text.equals("old") ? new String[] { "a", "b", "c", "d" } : new String[0]);
			this.keys.remove(Key.of(text).id(), 0);
			assertThat(find(text)).isNull();
			assertThat(this.keys.known(Key.of(text))).isNull();
			assertThat(all()).doesNotContain(forgotten);
			assertThat(remember(text)).isNotSameAs(forgotten);
		}
		this.keys.removeAll();
		assertThat(all()).isEmpty();
		assertThat(find("young")).isNull();
	}

	@Test
	void allThreadsRememberTheSame() throws Exception {
		for (int round = 0; round < 500; round++) {
			String text = "caller" + round;
			List<RememberedKey> seen = new ArrayList<>();
			TestThreads.run(3, (thread) -> {
				RememberedKey known = remember(text);
				synchronized (seen) {
					seen.add(known);
				}
			});
			assertThat(seen).hasSize(3).containsOnly(find(text));
		}
	}

	private RememberedKey remember(String... texts) {
		RememberedKey last = null;
		for (String text : texts) {
			last = this.keys.get(Key.of(text), 0);
		}
		return last;
	}

	private RememberedKey find(String text) {
		return this.keys.find(Key.of(text).id());
	}

	private Set<RememberedKey> all() {
		Set<RememberedKey> all = new HashSet<>();
		this.keys.forEach(all::add);
		return all;
	}

}
