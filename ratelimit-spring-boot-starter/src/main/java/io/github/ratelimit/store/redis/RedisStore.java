package io.github.ratelimit.store.redis;

import io.github.ratelimit.Charge;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyPage;
import io.github.ratelimit.KeyState;
import io.github.ratelimit.Limit;
import io.github.ratelimit.LimitDecision;
import io.github.ratelimit.LimitStore;
import io.github.ratelimit.StoreObserver;
import io.github.ratelimit.TimeSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** A stub in the place of the real store: it asks the stand-in, never Redis. */
public final class RedisStore implements LimitStore, AutoCloseable {

	private final LimitStore standIn;

	private RedisStore(LimitStore standIn) {
		this.standIn = standIn;
	}

	/**
	 * Creates the store.
	 * @param connectionFactory the application's connections
	 * @param settings how to behave
	 * @param standIn what counts while Redis fails
	 * @param time the time
	 * @param observer is told how Redis does
	 * @return the store
	 */
	public static RedisStore create(RedisConnectionFactory connectionFactory, RedisStoreSettings settings,
			LimitStore standIn, TimeSource time, StoreObserver observer) {
		return new RedisStore(standIn);
	}

	/**
	 * Checks whether a limit can be counted exactly.
	 * @param limit the limit
	 * @throws IllegalArgumentException if not, with what to write instead
	 */
	public void check(Limit limit) {
		if (limit.capacity() > 1_000_000_000_000L) {
			throw new IllegalArgumentException("Limit '" + limit.name() + "' cannot be counted exactly in Redis. "
					+ "Lower its burst to at most 1000000000000.");
		}
	}

	@Override
	public LimitDecision take(Charge charge) {
		return this.standIn.take(charge);
	}

	@Override
	public List<LimitDecision> takeAll(List<Charge> charges) {
		return this.standIn.takeAll(charges);
	}

	@Override
	public void giveBack(LimitDecision taken) {
		this.standIn.giveBack(taken);
	}

	@Override
	public Optional<KeyState> find(Limit limit, String keyId) {
		return this.standIn.find(limit, keyId);
	}

	@Override
	public Optional<KeyState> find(Limit limit, Key key) {
		return this.standIn.find(limit, key);
	}

	@Override
	public boolean reset(Limit limit, String keyId) {
		return this.standIn.reset(limit, keyId);
	}

	@Override
	public KeyPage keys(Limit limit, @Nullable String after, int size) {
		return this.standIn.keys(limit, after, size);
	}

	@Override
	public List<KeyState> mostDenied(Limit limit, int size) {
		return this.standIn.mostDenied(limit, size);
	}

	@Override
	public long trackedKeys(Limit limit) {
		return this.standIn.trackedKeys(limit);
	}

	@Override
	public long forgottenPermits(Limit limit) {
		return this.standIn.forgottenPermits(limit);
	}

	@Override
	public String type() {
		return "redis";
	}

	@Override
	public void close() {
	}

}
