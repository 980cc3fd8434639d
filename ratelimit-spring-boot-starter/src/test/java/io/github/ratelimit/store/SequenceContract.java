package io.github.ratelimit.store;

import io.github.ratelimit.Algorithm;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One caller after the other: a store answers as the model does. */
public interface SequenceContract extends StoreFixture {

	/** How many random sequences of 2,000 steps are tried. */
	default int sequences() {
		return 60;
	}

	@Tag("version-independent")
	@Test
	default void randomSequencesAreAnsweredAsTheModelDoes() {
		long seed = System.nanoTime();
		for (int sequence = 0; sequence < sequences(); sequence++) {
			RandomSequence.ofBuckets(this, seed + sequence).run(2_000);
		}
	}

	@Tag("version-independent")
	@ParameterizedTest
	@EnumSource(Algorithm.class)
	default void randomSequencesOfOneKindOfLimitAreAnsweredAsTheModelDoes(Algorithm algorithm) {
		long seed = System.nanoTime();
		for (int sequence = 0; sequence < sequences() / 4; sequence++) {
			new RandomSequence(this, seed + sequence, List.of(algorithm)).run(2_000);
		}
	}

	@Tag("version-independent")
	@Test
	default void randomSequencesOverLimitsOfAllKindsAreAnsweredAsTheModelDoes() {
		long seed = System.nanoTime();
		for (int sequence = 0; sequence < sequences() / 2; sequence++) {
			new RandomSequence(this, seed + sequence, List.of(Algorithm.values())).run(2_000);
		}
	}

}
