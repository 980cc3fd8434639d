package io.github.ratelimit.sample.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The only user.
 *
 * @param name the name to log in with
 * @param password the password in plain text: this is a demo
 */
@ConfigurationProperties("sample.user")
record DemoUser(String name, String password) {

	boolean is(@Nullable String name, @Nullable String password) {
		boolean sameName = sameBytes(this.name, name);
		boolean samePassword = sameBytes(this.password, password);
		return sameName && samePassword;
	}

	/** Takes the same time at whichever position the texts differ. */
	private static boolean sameBytes(String expected, @Nullable String given) {
		return given != null && MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8),
				given.getBytes(StandardCharsets.UTF_8));
	}

}
