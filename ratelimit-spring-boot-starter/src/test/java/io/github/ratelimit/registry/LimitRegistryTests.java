package io.github.ratelimit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.UnknownLimitException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The limits of an application by their names.
 */
class LimitRegistryTests {

	private static final Rate RATE = Rate.parse("10/min");

	private final LimitRegistry registry = new LimitRegistry();

	@Test
	void aLimitIsFoundByItsName() {
		RegisteredLimit chat = this.registry.register(Limit.of("chat", RATE), List.of(new KeySource("ip", "ip")));

		assertThat(this.registry.get("chat")).isSameAs(chat);
		assertThat(this.registry.find("chat")).containsSame(chat);
		assertThat(this.registry.find("Chat")).isEmpty();
		assertThat(this.registry.find(null)).isEmpty();
		assertThat(chat.limit()).isEqualTo(Limit.of("chat", RATE));
		assertThat(chat.keySources()).containsExactly(new KeySource("ip", "ip")).isUnmodifiable();
	}

	@Test
	void aNameIsGivenOnce() {
		RegisteredLimit first = this.registry.register(Limit.of("chat", RATE), List.of());

		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.registry.register(Limit.of("chat", Rate.parse("1/s")), List.of()))
			.withMessage("There is a limit named 'chat' already. Give one of the two another name.");
		assertThat(this.registry.get("chat")).isSameAs(first);
	}

	@Test
	void aLimitThatAListenerObjectsToIsNotRegistered() {
		boolean[] objects = { true };
		this.registry.whenRegistered((limit) -> {
			if (objects[0]) {
				throw new IllegalArgumentException("no");
			}
		});
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.register(Limit.of("chat", RATE), List.of()))
			.withMessage("no");
		assertThat(this.registry.all()).isEmpty();

		objects[0] = false;
		assertThat(this.registry.register(Limit.of("chat", RATE), List.of())).isSameAs(this.registry.get("chat"));
	}

	@Test
	void whatObjectsToALimitThatExistsIsNotAdded() {
		this.registry.register(Limit.of("chat", RATE), List.of());
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.whenRegistered((limit) -> {
			throw new IllegalArgumentException("no listener");
		})).withMessage("no listener");
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.addCheck((settings) -> {
			throw new IllegalArgumentException("no check");
		})).withMessage("no check");

		this.registry.register(Limit.of("login", RATE), List.of());
		assertThat(this.registry.all()).hasSize(2);
	}

	@Test
	void allLimitsAreListedByName() {
		for (String name : List.of("login", "chat", "Zebra", "address")) {
			this.registry.register(Limit.of(name, RATE), List.of());
		}

		assertThat(this.registry.all()).extracting((limit) -> limit.limit().name())
			.containsExactly("Zebra", "address", "chat", "login");
		assertThat(this.registry.all()).isUnmodifiable();
	}

	@Test
	void anUnknownNameIsAnsweredWithTheNearest() {
		this.registry.register(Limit.of("login", RATE), List.of());
		this.registry.register(Limit.of("chat", RATE), List.of());

		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> this.registry.get("chta"))
			.withMessage("There is no limit named 'chta'. Did you mean 'chat'? The limits are [chat, login].")
			.satisfies((ex) -> assertThat(ex.nearest()).contains("chat"))
			.satisfies((ex) -> assertThat(ex.name()).isEqualTo("chta"));
		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> this.registry.get("payments"))
			.withMessage("There is no limit named 'payments'. The limits are [chat, login].")
			.satisfies((ex) -> assertThat(ex.nearest()).isEmpty());
	}

	@Test
	void theMessageStatesThatThereIsNoLimit() {
		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> this.registry.get("chat"))
			.withMessage("There is no limit named 'chat'. No limit is configured under ratelimit.limits.");
	}

	@Test
	void whatALimitIsBoundToIsListedOnceInOrder() {
		RegisteredLimit chat = this.registry.register(Limit.of("chat", RATE), List.of());
		chat.bindTo("POST /v1/**");
		chat.bindTo("/login");
		chat.bindTo("POST /v1/**");

		assertThat(chat.boundTo()).containsExactly("/login", "POST /v1/**").isUnmodifiable();
	}

}
