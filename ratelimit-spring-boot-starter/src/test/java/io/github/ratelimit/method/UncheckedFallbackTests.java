package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimited;
import jakarta.annotation.security.RolesAllowed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;

/** The limit decides before Spring Security does, so the fallback needs no right. */
@ExtendWith(OutputCaptureExtension.class)
class UncheckedFallbackTests {

	@Test
	void aFallbackThatNeedsARightIsAWarning(CapturedOutput output) {
		LimiterConfiguration.start(Guarded.class, GuardedByInterface.class, GuardedAsAWhole.class).close();
		String unchecked = ", and the fallback 'cached' is called without that check: ";
		assertThat(output).containsOnlyOnce("Method 'Guarded.find' has @PreAuthorize" + unchecked)
			.containsOnlyOnce("Method 'GuardedByInterface.find' has @PostAuthorize" + unchecked)
			.containsOnlyOnce("Method 'GuardedAsAWhole.find' has @RolesAllowed" + unchecked)
			.doesNotContain("Guarded.open", "Guarded.withoutFallback");
	}

	static class Guarded {

		@PreAuthorize("hasRole('ADMIN')")
		@RateLimited(value = "everyone", fallback = "cached")
		public String find() {
			return "found";
		}

		@RateLimited(value = "everyone", fallback = "cached")
		public String open() {
			return "found";
		}

		@PreAuthorize("hasRole('ADMIN')")
		@RateLimited("everyone")
		public String withoutFallback() {
			return "found";
		}

		String cached() {
			return "cached";
		}

	}

	interface Checked {

		@PostAuthorize("hasRole('ADMIN')")
		String find();

	}

	static class GuardedByInterface implements Checked {

		@Override
		@RateLimited(value = "everyone", fallback = "cached")
		public String find() {
			return "found";
		}

		String cached() {
			return "cached";
		}

	}

	@RolesAllowed("ADMIN")
	static class GuardedAsAWhole {

		@RateLimited(value = "everyone", fallback = "cached")
		public String find() {
			return "found";
		}

		String cached() {
			return "cached";
		}

	}

}
