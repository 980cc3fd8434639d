package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Instances leave notes for each other. */
public interface NotesContract extends StoreFixture {

	Key ACCOUNT = Key.of("account");

	@Test
	default void anInstanceSeesTheNotesOfOthersAndNotItsOwn() {
		LimitStore store = createStore(new ManualTime());
		byte[] everyByte = new byte[256];
		for (int i = 0; i < everyByte.length; i++) {
			everyByte[i] = (byte) i;
		}
		assertThat(exchange(store, "a", everyByte)).isEmpty();
		assertThat(exchange(store, "b", new byte[0])).singleElement()
			.satisfies((note) -> assertThat(note.instance()).isEqualTo("a"))
			.satisfies((note) -> assertThat(note.note()).isEqualTo(everyByte));
		assertThat(exchange(store, "a", everyByte)).extracting(InstanceNote::instance).containsExactly("b");
		assertThat(exchange(store, "c", everyByte)).extracting(InstanceNote::instance)
			.containsExactlyInAnyOrder("a", "b");
	}

	@Test
	default void aNoteReplacesTheLastOneOfItsInstance() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		exchange(store, "a", new byte[] { 1 });
		time.advance(Duration.ofSeconds(10));
		exchange(store, "a", new byte[] { 2 });
		time.advance(Duration.ofSeconds(3));
		assertThat(exchange(store, "b", new byte[0])).singleElement()
			.satisfies((note) -> assertThat(note.note()).containsExactly(2))
			.satisfies((note) -> assertThat(note.ageNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(3)));
	}

	@Test
	default void aNoteIsKeptForAMinute() {
		ManualTime time = new ManualTime();
		LimitStore store = createStore(time);
		exchange(store, "a", new byte[1]);
		time.advance(InstanceNotes.KEPT);
		assertThat(exchange(store, "b", new byte[1])).hasSize(1);
		time.advance(Duration.ofSeconds(1));
		assertThat(exchange(store, "b", new byte[1])).isEmpty();
	}

	@Test
	default void notesOfOtherKeysAndSubjectsAreApart() {
		LimitStore store = createStore(new ManualTime());
		store.exchange("openai", ACCOUNT, "a", new byte[1]).join();
		assertThat(store.exchange("anthropic", ACCOUNT, "b", new byte[1]).join()).isEmpty();
		assertThat(store.exchange("openai", Key.of("another"), "b", new byte[1]).join()).isEmpty();
		assertThat(store.exchange("openai", ACCOUNT, "b", new byte[1]).join()).hasSize(1);
	}

	private static List<InstanceNote> exchange(LimitStore store, String instance, byte[] note) {
		return store.exchange("openai", ACCOUNT, instance, note).join();
	}

}
