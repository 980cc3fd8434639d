package io.github.ratelimit.sample.login;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Checks a name and a password. */
@RestController
@EnableConfigurationProperties(DemoUser.class)
class LoginController {

	private final DemoUser user;

	LoginController(DemoUser user) {
		this.user = user;
	}

	@PostMapping("/login")
	LoggedIn login(@RequestBody Credentials credentials) {
		if (!this.user.is(credentials.username(), credentials.password())) {
			throw new ResponseStatusException(HttpStatus.UNAUTHORIZED, "Wrong username or password.");
		}
		return new LoggedIn(this.user.name());
	}

	@JsonIgnoreProperties(ignoreUnknown = true)
	record Credentials(@Nullable String username, @Nullable String password) {

	}

	record LoggedIn(String username) {

	}

}
