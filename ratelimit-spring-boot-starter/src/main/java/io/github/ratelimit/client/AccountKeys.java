package io.github.ratelimit.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.ratelimit.Key;
import io.github.ratelimit.client.ClientSettings.KeyPart;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which a provider counts. The last one is kept, as most applications have
 * one credential and few models. Thread-safe.
 */
final class AccountKeys {

	private final List<KeyPart> parts;

	private volatile @Nullable Last last;

	AccountKeys(List<KeyPart> parts) {
		this.parts = parts;
	}

	Key of(String credential, String host, @Nullable String model) {
		Last last = this.last;
		if (last == null || !last.isOf(credential, host, model)) {
			last = new Last(credential, host, model, compose(credential, host, model));
			this.last = last;
		}
		return last.key();
	}

	private Key compose(String credential, String host, @Nullable String model) {
		List<Key> keys = new ArrayList<>(this.parts.size());
		for (KeyPart part : this.parts) {
			keys.add(switch (part) {
				case CREDENTIAL -> Key.of("credential", credential);
				case MODEL -> Key.of("model", (model != null && !model.isEmpty()) ? model : "none");
				case HOST -> Key.of("host", host.isEmpty() ? "none" : host);
			});
		}
		return switch (keys.size()) {
			case 0 -> Key.GLOBAL;
			case 1 -> keys.get(0);
			default -> Key.composed(keys);
		};
	}

	private record Last(String credential, String host, @Nullable String model, Key key) {

		boolean isOf(String credential, String host, @Nullable String model) {
			return this.credential.equals(credential) && this.host.equals(host) && Objects.equals(this.model, model);
		}

	}

}
