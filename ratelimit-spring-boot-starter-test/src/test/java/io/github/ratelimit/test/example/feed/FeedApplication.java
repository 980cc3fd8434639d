package io.github.ratelimit.test.example.feed;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application that calls a limited API. */
@SpringBootApplication
class FeedApplication {

}
