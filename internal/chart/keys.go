package chart

func (r *release) noteIgnored() {}

func (r *release) notePasswords(keys ...string) {}
